import Audit
import Flow
import PacketScript
import Testing
import Wire

/// The capture around a script: what the engine would know of it.
struct Circumstances {
  var kernelDropped: UInt64 = 0
  /// Seconds of the script in which the capture is known to have lost packets.
  var blind: [ClosedRange<Double>] = []
  /// The same, as the connections show it; and those that passed on the capture's clock alone.
  var inferredBlind: [ClosedRange<Double>] = []
  var leaps: [ClosedRange<Double>] = []
  var bothDirectionsSeen = true
  var isPairSeenWhole = false
  var clientHostTTL: ClosedRange<UInt8>?
  var serverHostTTL: ClosedRange<UInt8>?
  var thresholds = Thresholds()
}

/// The facts of every connection of a script, ICMP errors in their places.
func track(_ script: PacketScript) -> [Facts] { track(script, inBrief: false).facts }

/// Those that the tracker writes in full, and the ids of those that it gives in brief.
func track(_ script: PacketScript, inBrief: Bool) -> (facts: [Facts], briefs: Set<UInt64>) {
  enum Item {
    case segment(Segment)
    case error(QuotedError)
  }
  var items: [(ordinal: UInt64, item: Item)] = script.segments.map { ($0.ordinal, .segment($0)) }
  items += script.icmpErrors.map { ($0.ordinal, .error(QuotedError($0))) }
  items.sort { $0.ordinal < $1.ordinal }
  var options = TrackerOptions()
  options.brief = inBrief
  var tracker = Tracker(options)
  var batch = SegmentBatch()
  var all: [Facts] = []
  var briefs: Set<UInt64> = []
  func take(_ tracker: inout Tracker) {
    while true {
      while let brief = tracker.nextBrief() { briefs.insert(brief.id) }
      guard let facts = tracker.nextFinished() else { return }
      all.append(facts)
    }
  }
  for (_, item) in items {
    if case .segment(let segment) = item {
      batch.segments[batch.count] = segment
      batch.count += 1
    }
    tracker.track(&batch)
    if case .error(let error) = item { tracker.track(error) }
    take(&tracker)
  }
  tracker.finish(recordedUntil: script.captureEnd)
  take(&tracker)
  return (all, briefs)
}

/// The findings of a script, connection by connection. What the tracker would give in brief must have none.
func audit(_ text: String, _ circumstances: Circumstances = Circumstances()) throws -> [Finding] {
  let script = try PacketScript.parse(text)
  let all = track(script)
  let surroundings = surroundings(script, all, circumstances)
  let briefs = track(script, inBrief: true).briefs
  return all.flatMap { facts in
    let findings = judge(facts, surroundings, circumstances.thresholds)
    for finding in findings {
      #expect(Catalogue.rule(finding.rule)?.severities.contains(finding.severity) == true, "unlisted: \(finding)")
    }
    #expect(findings.isEmpty || facts.loneSYN != nil || !briefs.contains(facts.id), "given in brief: \(text)")
    return findings
  }
}

/// The one finding of a script.
func auditOne(
  _ text: String, _ circumstances: Circumstances = Circumstances(), sourceLocation: SourceLocation = #_sourceLocation
) throws -> Finding {
  let findings = try audit(text, circumstances)
  #expect(findings.count == 1, "\(findings.map(\.rule))", sourceLocation: sourceLocation)
  return try #require(findings.first, sourceLocation: sourceLocation)
}

func surroundings(_ script: PacketScript, _ all: [Facts], _ circumstances: Circumstances) -> Surroundings {
  var surroundings = Surroundings()
  surroundings.captureEnd = script.captureEnd
  surroundings.kernelDropped = circumstances.kernelDropped
  surroundings.missingBytes = all.reduce(0) { $0 + $1.client.missingBytes + $1.server.missingBytes }
  surroundings.payloadBytes = all.reduce(0) { $0 + $1.client.payloadBytes + $1.server.payloadBytes }
  surroundings.blind = circumstances.blind.map { script.time($0.lowerBound)...script.time($0.upperBound) }
  surroundings.inferredBlind = circumstances.inferredBlind.map {
    script.time($0.lowerBound)...script.time($0.upperBound)
  }
  surroundings.leaps = circumstances.leaps.map { script.time($0.lowerBound)...script.time($0.upperBound) }
  surroundings.bothDirectionsSeen = circumstances.bothDirectionsSeen
  surroundings.isPairSeenWhole = circumstances.isPairSeenWhole
  surroundings.clientHostTTL = circumstances.clientHostTTL
  surroundings.serverHostTTL = circumstances.serverHostTTL
  return surroundings
}

extension QuotedError {
  fileprivate init(_ captured: CapturedICMPError) {
    self.init()
    quoted = captured.quoted
    type = captured.error.type
    code = captured.error.code
    mtu = captured.error.mtu
    reporter = captured.error.source.address
    ipVersion = captured.quoted.ipVersion
  }
}

extension Finding {
  /// The named fact; nil where the finding has none of that name.
  func fact(_ name: String) -> FactValue? { facts.first { $0.name == name }?.value }
}

/// SYN, SYN-ACK, ACK over 80 ms, as the client's side sees it: established at 0.081.
let atClient = """
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.0801 C > S .

  """

/// The same as the server's side sees it.
let atServer = """
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.0001 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.080 C > S .

  """

/// The same seen half-way.
let between = """
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.040 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.080 C > S .

  """

/// Both ends on one host, or on one wire: no leg is longer than the other.
let onLAN = """
  0.0000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.0002 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.0004 C > S .

  """

/// Probes of a closed window as Linux sends them, without data and one below SND.NXT, at these times, and what they are told each time.
/// - Parameters:
///   - next: SND.NXT of who asks.
///   - end: SND.NXT of who is full.
func windowProbes(
  _ times: [Double], from prober: String, at next: Int, to peer: String, at end: Int, after delay: String = "100us"
) -> String {
  times.map {
    "\($0) \(prober) > \(peer) . \(next - 1) ack \(end)\n+\(delay) \(peer) > \(prober) . \(end) ack \(next) win 0\n"
  }.joined()
}
