internal import Audit
internal import Capture
internal import Flow
internal import Report
internal import Wire

/// From the facts of a connection to numbered findings: what is known of the capture around it, the rules, the selection.
struct Judging: ~Copyable {
  let thresholds: Thresholds
  let selection: RuleSelection
  var surroundings = Surroundings()
  var attempts = LoneAttempts()
  /// Those of connections that have ended; at the end of the capture those of the open ones too.
  var hosts: Hosts
  /// What hosts connect for at regular times, likewise.
  var healthChecks = HealthChecks()
  /// Connections that the capture has twice.
  private(set) var twins = Twins()
  /// And those of which something was told while they were open.
  var toldTwins = ToldTwins()
  /// Connections with bytes that the capture lost, and by rule what was found on them.
  private var lossyConnections: UInt64 = 0
  private var doubtedFindings: [String: UInt64] = [:]
  var lastID: UInt64 = 0
  /// Times that passed on the clock alone, as the clock itself showed.
  var knownLeaps: [ClosedRange<Timestamp>] = []
  /// What a file that is missing between two others would hold.
  private var pauses: [ClosedRange<Timestamp>] = []
  /// How far each of the inputs has got, and how its clock ran.
  private var loss = CaptureLoss()
  private var gaps: SharedGaps?
  /// How many captures there are.
  let inputs: Int
  /// Findings that were made and are not wanted.
  var leftOut: UInt64 = 0
  /// The severest finding so far.
  var severest: Severity?

  init(_ options: RunOptions, inputs: Int) {
    hosts = Hosts(seed: options.tracker.seed)
    self.inputs = inputs
    thresholds = options.thresholds
    selection = options.selection
    surroundings.isEndOfCapture = false
  }

  /// What is known of the capture so far.
  mutating func observe(_ tally: Tally, _ loss: CaptureLoss, _ gaps: SharedGaps, now: Timestamp) {
    if !surroundings.isEndOfCapture { surroundings.captureEnd = now }
    self.loss = loss
    surroundings.kernelDropped = loss.kernelDropped
    surroundings.interfaceDropped = loss.interfaceDropped
    surroundings.missingBytes = tally.lostBytes
    surroundings.payloadBytes = tally.payloadBytes
    surroundings.blind = loss.blind
    surroundings.knowsWhenDropped = !loss.ofInputs.isEmpty
    pauses = loss.seams.filter { gaps.isMissing($0) }
    surroundings.inferredBlind = gaps.blind + pauses
    if surroundings.knowsWhenDropped { self.gaps = gaps }
    surroundings.leaps = gaps.leaps + knownLeaps
  }

  /// From here on connections are judged that were open when the recording ended.
  mutating func reachEnd(of recording: Timestamp) {
    surroundings.isEndOfCapture = true
    surroundings.captureEnd = recording
  }

  /// SYNs without an answer that are still to be judged.
  mutating func expect(_ unanswered: [LoneSYN]) {
    for syn in unanswered { attempts.expect(syn) }
  }

  /// A connection about which there is nothing to say.
  mutating func take(_ brief: Brief) {
    // Those that were open at the end the hosts have learnt together.
    if !surroundings.isEndOfCapture { hosts.learn(brief) }
    _ = healthChecks.learn(brief)
    if let syn = brief.attempt {
      _ = attempts.take(syn, recordedUntil: recorded(syn))
    } else {
      _ = twins.meet(brief)
    }
    if brief.client.missingBytes + brief.server.missingBytes > 0 { lossyConnections += 1 }
  }

  /// What is said of a refused attempt without its facts.
  struct RefusalVerdict {
    /// nil where nobody wants it.
    var record: RefusalRecord?

    /// As `findings(of:)` has it. It is nobody's other sight: an answer without an ISN proves none (`Birth`).
    var told: (told: [FindingRecord], sameAs: UInt64?) { (record.map { [$0.finding] } ?? [], nil) }
  }

  /// nil where its facts have to be judged.
  /// - Parameter brief: the same connection's.
  mutating func verdict(on refusal: Refusal, _ brief: Brief) -> RefusalVerdict? {
    if !surroundings.isEndOfCapture { hosts.learn(brief) }
    surroundings.serverHostTTL = hosts.timeToLive(of: brief.server.endpoint.address, without: brief.id)
    guard refusal.isPlain(surroundings), !hosts.areSeenFromSeveralPlaces(brief) else { return nil }
    guard selection.contains(RefusalRecord.rule, RefusalRecord.severity) else {
      leftOut += 1
      return RefusalVerdict()
    }
    lastID += 1
    severest = max(severest ?? RefusalRecord.severity, RefusalRecord.severity)
    return RefusalVerdict(record: RefusalRecord(id: lastID, brief, refusal))
  }

  /// - Returns: the connection in brief, what is to be told of it, and the id of the record that shows it on the other side of a NAT.
  mutating func findings(of facts: Facts) -> (brief: Brief, told: [FindingRecord], sameAs: UInt64?) {
    let brief = facts.brief
    let (findings, sameAs) = verdict(on: facts, brief)
    return (brief, findings.compactMap { number($0, connection: facts.id) }, sameAs)
  }

  /// Of a connection that has ended, not yet selected nor numbered; and the id of the other sight of it, if there is one.
  mutating func verdict(on facts: Facts, _ brief: Brief) -> (findings: [Finding], sameAs: UInt64?) {
    let captureEnd = surroundings.captureEnd
    defer { surroundings.captureEnd = captureEnd }
    surroundings.captureEnd = recorded(facts, until: captureEnd)
    hosts.learn(brief)
    surroundings.isHealthCheck = healthChecks.learn(brief)
    if let syn = brief.attempt, !facts.severalPlaces, attempts.take(syn, recordedUntil: surroundings.captureEnd) {
      return ([], nil)
    }
    let twin = twins.meet(brief)
    ask(hostsOf: facts)
    ask(inputsOf: facts)
    surroundings.severalPlaces = hosts.areSeenFromSeveralPlaces(brief)
    var findings = judge(facts, surroundings, thresholds)
    // What happened once is told once: by the sight that ended first.
    let toldOpen = toldTwins.isEmpty ? (ofTwin: 0, ofItself: 0) : toldTwins.told(brief)
    let toldElsewhere = (twin?.told ?? 0) & ~toldOpen.ofItself | toldOpen.ofTwin
    if toldElsewhere != 0 { findings.removeAll { Catalogue.bit(of: $0.rule) & toldElsewhere != 0 } }
    twins.tell(findings.reduce(0) { $0 | Catalogue.bit(of: $1.rule) }, of: brief)
    if facts.client.missingBytes + facts.server.missingBytes > 0 {
      lossyConnections += 1
      for finding in findings where finding.confidence < .certain { doubtedFindings[finding.rule, default: 0] += 1 }
    }
    return (findings, twin?.id)
  }

  /// How long the connection is known to have gone on being recorded: until `time`, or the end of the last of the inputs that
  /// hold it, for the others would not show how it went on, or a file that is missing; and by a clock that was not set back meanwhile.
  ///
  /// Mutating, here and below, though nothing changes: what is called of a value that is only lent works on a copy of it.
  mutating func recorded(_ facts: Facts, until time: Timestamp) -> Timestamp {
    let packets = loss.recordings.isOne ? [] : facts.outermostPackets
    return recorded(packets, since: facts.end.time, until: time)
  }

  private mutating func recorded(_ syn: LoneSYN) -> Timestamp {
    let packets = loss.recordings.isOne ? [] : [syn.first.packet, syn.last.packet]
    return recorded(packets, since: syn.last.time, until: surroundings.captureEnd)
  }

  private mutating func recorded(_ packets: [PacketReference], since last: Timestamp, until time: Timestamp)
    -> Timestamp
  {
    var end = time
    if !packets.isEmpty, let ended = loss.recordings.end(of: packets) { end = min(end, ended) }
    if let pause = pauses.first(where: { last <= $0.lowerBound }) { end = min(end, pause.lowerBound) }
    return loss.toldTwice.isEmpty ? end : loss.certain(since: last, until: end)
  }

  /// What the other connections tell of its hosts.
  mutating func ask(hostsOf facts: Facts) {
    surroundings.bothDirectionsSeen = hosts.bothDirectionsSeen(facts) ?? true
    surroundings.isPairSeenWhole = hosts.isPairSeenWhole(facts)
    surroundings.clientHostTTL = hosts.timeToLive(.client, of: facts)
    surroundings.serverHostTTL = hosts.timeToLive(.server, of: facts)
  }

  /// What the inputs lost that it was seen on.
  mutating func ask(inputsOf facts: Facts) {
    guard !loss.ofInputs.isEmpty else { return }
    let packets = facts.outermostPackets
    surroundings.blind = loss.blind(
      for: packets, since: facts.start.time, isWhole: facts.client.packets > 0 && facts.server.packets > 0)
    if let gaps { surroundings.inferredBlind = gaps.blind(for: packets) + pauses }
  }

  /// Attempts that nobody answered, target by target, and what is wrong with the capture itself.
  mutating func findingsOfCapture(
    _ tally: Tally, _ loss: CaptureLoss, _ gaps: SharedGaps, _ errors: [CaptureError]
  ) -> [FindingRecord] {
    var facts = CaptureFacts()
    // The connections that were open at the end have been counted since the last look.
    observe(tally, loss, gaps, now: surroundings.captureEnd)
    facts.surroundings = surroundings
    facts.tcpPackets = tally.segments
    facts.duplicatePackets = tally.duplicates
    if !surroundings.inputsAreOneHost {
      facts.severalPlaces = tally.severalPlaces
      facts.firstOfSeveralPlaces = tally.firstOfSeveralPlaces.start
    }
    facts.connections = tally.conversations
    facts.oneSidedConnections = tally.oneSided
    facts.cutHeaders = tally.cutHeaders
    facts.firstDuplicated = tally.firstDuplicated.start
    facts.firstLossy = tally.firstLossy.start
    facts.firstOneSided = tally.firstOneSided.start
    facts.lossyConnections = lossyConnections
    facts.doubtedFindings = doubtedFindings
    facts.backwardSteps = loss.backwardSteps
    facts.largestBackwardStep = loss.largestBackwardStep
    if loss.backwardSteps > 0 {
      facts.firstBackwardStep = Moment(time: loss.firstBackwardTime, packet: loss.firstBackwardStep)
    }
    facts.leaps = surroundings.leaps
    facts.inputs = inputs
    facts.cutInputs = errors.filter(\.isTruncation).map {
      CutInput(path: $0.path, place: $0.isCompression ? .compression : $0.isUnread ? .header : .record)
    }
    return (attempts.findings() + judgeCapture(facts, thresholds)).compactMap { number($0, connection: nil) }
  }

  private mutating func number(_ finding: Finding, connection: UInt64?) -> FindingRecord? {
    guard selection.contains(finding) else {
      leftOut += 1
      return nil
    }
    lastID += 1
    severest = max(severest ?? finding.severity, finding.severity)
    return FindingRecord(id: lastID, connection: connection, finding: finding)
  }
}
