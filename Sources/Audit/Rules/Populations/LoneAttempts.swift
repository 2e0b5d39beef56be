public import Flow
public import Wire

/// Lone SYNs without an answer, summed up per target: each is a note, and a flood of them one line.
///
/// Bounded: targets beyond `limit` are summed up as "others". The targets of a source that tries many are one note: a
/// scan.
public struct LoneAttempts: Sendable {
  /// Most targets, sources, and pairs of a source and what it sweeps, each.
  public static var limit: Int { 4096 }

  private var targets: [Endpoint: Attempts] = [:]
  /// Where the target stands that was tried last: a flood has one, and is not looked up for each of its SYNs.
  private var latest: (target: Endpoint, place: Dictionary<Endpoint, Attempts>.Index)?
  /// Sources, and how many of the targets they were the first to try; those that have tried many no longer add any.
  private var sources: [IPAddress: Source] = [:]
  private var others = Attempts()
  /// What each source has repeated its SYNs to in vain, up to `scanTargets` of a kind.
  private var repeated: [Sweep: Set<Endpoint>] = [:]
  private let thresholds: Thresholds

  /// - Parameter thresholds: `synTransmissions`, `synSpan`, `scanTargets` and those of the recording's end count here.
  public init(_ thresholds: Thresholds = Thresholds()) { self.thresholds = thresholds }

  /// Whether it is one of them (then it has no finding of its own), counted if so.
  /// - Parameter recordedUntil: how far the recording reached. A SYN that was repeated is only taken where it is known,
  ///   and too soon for `syn-unanswered`.
  public mutating func take(_ syn: LoneSYN, recordedUntil: Timestamp? = nil) -> Bool {
    if syn.count >= thresholds.synTransmissions {
      expect(syn)
      guard let recordedUntil else { return false }
      let recorded = recordedUntil.since(syn.first.time)
      let known = recorded < thresholds.farthest ? recorded : syn.last.time.since(syn.first.time)
      guard known < thresholds.synSpan || isSwept(syn) else { return false }
    }
    let isYoung = recordedUntil.map { $0.since(syn.last.time) < thresholds.overdue } ?? false
    // What the recording ends with may have been answered. So may what was given up, and it is said.
    if isYoung, !syn.wasEvicted { return true }
    var attempt = Attempts(syn)
    if isYoung { attempt.givenUp = attempt.count }
    if let latest, latest.target == syn.target {
      targets.values[latest.place].add(attempt)
    } else if let place = targets.index(forKey: syn.target) {
      latest = (syn.target, place)
      targets.values[place].add(attempt)
    } else {
      enter(attempt, target: syn.target, source: syn.source.address)
    }
    return true
  }

  /// Learns of an attempt that will be asked about later: its source may be one that tries many.
  public mutating func expect(_ syn: LoneSYN) {
    guard syn.count >= thresholds.synTransmissions else { return }
    for sweep in Sweep.both(syn) {
      if let place = repeated.index(forKey: sweep) {
        guard repeated.values[place].count < thresholds.scanTargets else { continue }
        repeated.values[place].insert(syn.target)
      } else if repeated.count < LoneAttempts.limit {
        repeated[sweep] = [syn.target]
      }
    }
  }

  /// Its source repeats itself to many ports of that host, or to that port of many hosts: a scan, not a client in need.
  public func isSwept(_ syn: LoneSYN) -> Bool {
    Sweep.both(syn).contains { (repeated[$0]?.count ?? 0) >= thresholds.scanTargets }
  }

  private mutating func enter(_ attempt: Attempts, target: Endpoint, source: IPAddress) {
    if let place = sources.index(forKey: source) {
      guard sources.values[place].targets < thresholds.scanTargets else {
        sources.values[place].beyond.add(attempt)
        sources.values[place].targetsBeyond &+= 1
        return
      }
      sources.values[place].targets += 1
    } else if sources.count < LoneAttempts.limit {
      sources[source] = Source(targets: 1)
    }
    guard targets.count < LoneAttempts.limit else { return others.add(attempt) }
    latest = nil
    targets[target] = attempt
  }

  /// What another part of the run has seen.
  public mutating func merge(_ other: LoneAttempts) {
    latest = nil
    for (target, attempts) in other.targets {
      if let place = targets.index(forKey: target) {
        targets.values[place].add(attempts)
      } else if targets.count < LoneAttempts.limit {
        targets[target] = attempts
      } else {
        others.add(attempts)
      }
    }
    for (address, source) in other.sources where source.targetsBeyond > 0 || sources.count < LoneAttempts.limit {
      sources[address, default: Source(targets: 0)].add(source)
    }
    others.add(other.others)
  }

  /// One note for each target, most attempts first; one for each scan; one for the others.
  public func findings() -> [Finding] {
    var notes: [(attempts: Attempts, summary: String, extra: [NamedFact])] = []
    var left = targets
    for (address, scan) in scans {
      var attempts = scan.attempts
      var tried = UInt64(scan.targets.count)
      for target in scan.targets { left[target] = nil }
      if let beyond = sources[address] {
        attempts.add(beyond.beyond)
        tried += beyond.targetsBeyond
      }
      let source = address.text(ipVersion: attempts.ipVersion)
      notes.append(
        (
          attempts, "\(source) tried \(commas(tried)) targets, none answered",
          [NamedFact("source", source), NamedFact("targets", Int64(clamping: tried))]
        ))
    }
    for (target, attempts) in left {
      let name = text(of: target, attempts.ipVersion)
      notes.append(
        (attempts, "\(count(attempts.count, "lone SYN")) to \(name), not answered", [NamedFact("target", name)]))
    }
    notes.sort {
      $0.attempts.count == $1.attempts.count
        ? $0.attempts.precedes($1.attempts) : $0.attempts.count > $1.attempts.count
    }
    if others.count > 0 {
      notes.append((others, "\(count(others.count, "lone SYN")) to other targets, not answered", []))
    }
    return notes.compactMap { $0.attempts.note($0.summary, $0.extra) }
  }

  /// Targets that nobody but one source has tried, by source, where they are many.
  private var scans: [(IPAddress, (targets: [Endpoint], attempts: Attempts))] {
    var bySource: [IPAddress: (targets: [Endpoint], attempts: Attempts)] = [:]
    for (target, attempts) in targets {
      guard let source = attempts.onlySource else { continue }
      bySource[source, default: ([], Attempts())].targets.append(target)
      bySource[source, default: ([], Attempts())].attempts.add(attempts)
    }
    return bySource.filter { address, tried in
      let beyond = sources[address]?.targetsBeyond ?? 0
      return beyond > 0 || tried.targets.count >= thresholds.scanTargets
    }.map { ($0.key, $0.value) }
  }

  private func text(of target: Endpoint, _ ipVersion: UInt8) -> String {
    let address = target.address.text(ipVersion: ipVersion)
    return ipVersion == 6 ? "[\(address)]:\(target.port)" : "\(address):\(target.port)"
  }
}

/// One source, and what its targets have in common: a port, or an address.
private struct Sweep: Hashable {
  var source: IPAddress
  var port: UInt16?
  var address: IPAddress?

  static func both(_ syn: LoneSYN) -> [Sweep] {
    [
      Sweep(source: syn.source.address, port: syn.target.port, address: nil),
      Sweep(source: syn.source.address, port: nil, address: syn.target.address),
    ]
  }
}

private struct Source {
  var targets: Int
  /// What it tried after that.
  var beyond = Attempts()
  var targetsBeyond: UInt64 = 0

  init(targets: Int) { self.targets = targets }

  mutating func add(_ other: Source) {
    targets += other.targets
    beyond.add(other.beyond)
    targetsBeyond &+= other.targetsBeyond
  }
}

/// A sum of attempts: how many, from when to when.
private struct Attempts {
  var count: UInt64 = 0
  var first: Moment?
  var last: Moment?
  /// nil where several have tried.
  var onlySource: IPAddress?
  var ipVersion: UInt8 = 4
  /// The capture stood at the server each time.
  var seenAtServer = true
  /// Of `count`: those that made room for others before an answer was overdue.
  var givenUp: UInt64 = 0

  init() {}

  init(_ syn: LoneSYN) {
    count = UInt64(syn.count)
    first = syn.first
    last = syn.last
    onlySource = syn.source.address
    ipVersion = syn.ipVersion
    seenAtServer = syn.seenAtTarget
  }

  /// A total order, whatever the times of several inputs are.
  func precedes(_ other: Attempts) -> Bool {
    guard let first, let theirs = other.first else { return first != nil }
    return first.time == theirs.time ? first.packet.rawValue < theirs.packet.rawValue : first.time < theirs.time
  }

  mutating func add(_ other: Attempts) {
    guard let theirFirst = other.first, let theirLast = other.last else { return }
    guard let first, let last else {
      self = other
      return
    }
    count &+= other.count
    givenUp &+= other.givenUp
    if theirFirst.precedes(first) { self.first = theirFirst }
    if last.precedes(theirLast) { self.last = theirLast }
    if onlySource != other.onlySource { onlySource = nil }
    seenAtServer = seenAtServer && other.seenAtServer
  }

  func note(_ summary: String, _ extra: [NamedFact]) -> Finding? {
    guard let first, let last else { return nil }
    var evidence = [Evidence(first, .client, "SYN")]
    if last != first { evidence.append(Evidence(last, .client, "the last SYN of \(commas(count))")) }
    return Finding(
      rule: "syn-unanswered", severity: .note, confidence: .possible, suspects: suspects,
      summary: summary + given, evidence: evidence,
      facts: [NamedFact("attempts", Int64(clamping: count))] + extra
        + (givenUp > 0 ? [NamedFact("given_up", Int64(clamping: givenUp))] : []),
      mend: "A client that means it repeats its SYN after a second; see syn-unanswered."
        + (givenUp > 0 ? " Of those that were given up --max-memory and --max-connections follow more." : ""))
  }

  /// Of what nobody waited for nobody knows whether it was answered.
  private var suspects: [Party] {
    if givenUp == count { return [] }
    return seenAtServer ? [.server] : [.path, .server]
  }

  private var given: String {
    if givenUp == 0 { return "" }
    let these =
      count == 1 ? "it was" : givenUp == count ? "all of them were" : Numeral.count(givenUp, "was", "were")
    return "; \(these) given up for want of room, and may have been answered later"
  }
}
