internal import Wire

/// Load balancers ask a service whether it lives: they connect and close, by FIN or RST, without a word or once a hello is answered, at
/// regular times (field.md, trap 40). Told by their period alone: a host that connects to a service and leaves like this, every time
/// after the same pause. Some that do not always hang up in time close in order, with the service: those make the period too.
///
/// Feed it each connection in brief once it has ended, and before the last ones are judged those that are still open; one that
/// is learnt twice counts once. Bounded: what comes after `limit` pairs of host and service is not classified.
public struct HealthChecks: Sendable {
  /// Most pairs of a host and a service.
  public static var limit: Int { 4096 }
  /// So many in a row make a period: of random pauses four in a row are as long as the first, within the tolerance, one time in a million.
  static var least: Int { 6 }
  /// Pauses are equal where they differ by less than one part in so many: a checker waits by a timer, a person or a script does not.
  private static var tolerance: Int64 { 16 }
  /// Shorter and longer ones are no checks, ns: a fast client, somebody who comes back.
  private static var period: ClosedRange<Int64> { 100_000_000...3_600_000_000_000 }
  /// Once the period is known, so many may be missing in a row.
  private static var missing: Int64 { 4 }

  /// Of a run that has talks, at least so many do not end in order, and one in so many.
  private static var leastHangUps: UInt64 { 3 }
  private static var hangUpShare: UInt64 { 8 }

  /// The longest hello of who only asks, bytes: a ClientHello with a post-quantum key share takes 1.8 kB.
  static var hello: UInt64 { 2_048 }
  /// The longest answer that nobody waits to see the end of, bytes: a server's certificates.
  static var answer: UInt64 { 16_384 }

  /// Who only asks hangs up at once: the handshake, and the hello with its answer, take a round trip each. Who waits for more wants it.
  static func isShort(since start: Moment, _ end: Moment, roundTrip: Int64) -> Bool {
    end.time.since(start.time) <= max(hurry, min(4 * min(roundTrip, .max / 4), Plausible.answer))
  }
  private static var hurry: Int64 { 100_000_000 }

  /// A connection that may be one: opened and over, and no data; or hung up on at the answer to a hello.
  struct Candidate: Sendable {
    var id: UInt64
    var start: Timestamp
    var client: IPAddress
    var service: Endpoint
    /// A hello, its answer and an orderly end: as anybody's, and only part of a period.
    var isTalk = false
  }

  private struct Pair: Hashable, Sendable {
    var client: IPAddress
    var service: Endpoint

    /// A cheap hash of it, the same in every run.
    var place: Int {
      let hosts = (client.high ^ client.low) &* 0x9e37_79b9_7f4a_7c15 ^ service.address.high ^ service.address.low
      let mixed = (hosts ^ UInt64(service.port) << 32) &* 0xbf58_476d_1ce4_e5b9
      return Int(mixed >> (64 - UInt64(HealthChecks.placeBits)))
    }
  }

  /// The latest connections of a pair that came at regular times.
  private struct Run: Sendable {
    var firstID: UInt64
    var lastID: UInt64
    var last: Timestamp
    /// ns; 0 while there was one.
    var period: Int64 = 0
    var count = 1
    /// Of them, those that are no talks; and how many of these were counted as checks.
    var hangUps: UInt64 = 0
    var lastIsHangUp = false
    var counted: UInt64 = 0
    /// Of those of a run without talks, how many the run with talks has counted.
    var countedWithTalks: UInt64 = 0

    init(_ candidate: Candidate) {
      (firstID, lastID, last) = (candidate.id, candidate.id, candidate.start)
    }

    var isRegular: Bool { count >= HealthChecks.least }

    /// Its period is known, and the next one may still come.
    func goesOn(at time: Timestamp) -> Bool {
      isRegular && 0...(HealthChecks.missing + 2) * period ~= time.since(last)
    }
  }

  private struct Place: Sendable {
    var pair: Pair
    var run: Run
  }

  private var runs: [Pair: Run] = [:]
  /// The same with talks among them, from a hang-up on. Nearly everybody talks, and each connection asks: a pair has one place, and loses it
  /// to the next that has the same unless its period is known and goes on.
  private var places: [Place?] = []
  private static var placeBits: Int { 10 }
  /// How many there were.
  public private(set) var count: UInt64 = 0

  /// Knows no host and no service yet.
  public init() {}

  /// Takes in a connection that has ended. Says whether it is a health check, as far as is known by now.
  public mutating func learn(_ brief: Brief) -> Bool {
    guard let candidate = brief.healthCheckCandidate else { return false }
    return learn(candidate)
  }

  /// Takes in one that is still open.
  public mutating func learn(_ open: OpenSight) {
    if case .seen(_, let candidate?) = open.kind { _ = learn(candidate) }
  }

  mutating func learn(_ candidate: Candidate) -> Bool {
    let pair = Pair(client: candidate.client, service: candidate.service)
    let ofAll = learnTalk(candidate, pair)
    guard !candidate.isTalk else { return false }
    let own = learnAlone(candidate, pair)
    if own.counted > 0 {
      count += own.counted - min(own.counted, runs[pair]?.countedWithTalks ?? 0)
      runs[pair]?.countedWithTalks = 0
    } else if ofAll.isCheck, !own.isCheck, ofAll.counted > 0 {
      count += ofAll.counted
      runs[pair]?.countedWithTalks += ofAll.counted
    }
    return own.isCheck || ofAll.isCheck
  }

  /// What one is by those before it, and how many more are checks by it.
  private typealias Verdict = (isCheck: Bool, counted: UInt64)

  private mutating func learnAlone(_ candidate: Candidate, _ pair: Pair) -> Verdict {
    if let place = runs.index(forKey: pair) { return HealthChecks.add(candidate, to: &runs.values[place]) }
    if runs.count < HealthChecks.limit { runs[pair] = Run(candidate) }
    return (false, 0)
  }

  private mutating func learnTalk(_ candidate: Candidate, _ pair: Pair) -> Verdict {
    if places.isEmpty {
      if candidate.isTalk { return (false, 0) }
      places = Array(repeating: nil, count: 1 << HealthChecks.placeBits)
    }
    let index = pair.place
    if places[index]?.pair == pair {
      return HealthChecks.add(candidate, amongTalks: &places[index]!.run)
    }
    if candidate.isTalk { return (false, 0) }
    if let other = places[index]?.run, other.goesOn(at: candidate.start) { return (false, 0) }
    var run = Run(candidate)
    (run.hangUps, run.lastIsHangUp) = (1, true)
    places[index] = Place(pair: pair, run: run)
    return (false, 0)
  }

  /// One or two of many that talked in order are no checks, but what went wrong.
  private static func add(_ candidate: Candidate, amongTalks run: inout Run) -> Verdict {
    guard add(candidate, to: &run).isCheck, run.hangUps >= leastHangUps,
      run.hangUps * hangUpShare >= UInt64(run.count)
    else { return (false, 0) }
    defer { run.counted = run.hangUps }
    return (true, run.hangUps - run.counted)
  }

  private static func add(_ candidate: Candidate, to run: inout Run) -> Verdict {
    let counted: UInt64 = candidate.id > run.lastID ? add(candidate, to: &run) : 0
    return (run.isRegular && run.firstID <= candidate.id, counted)
  }

  private static func add(_ candidate: Candidate, to run: inout Run) -> UInt64 {
    var counted: UInt64 = 0
    let pause = candidate.start.since(run.last)
    let hangUp: UInt64 = candidate.isTalk ? 0 : 1
    defer { run.lastIsHangUp = !candidate.isTalk }
    if continues(run, pause) {
      run.count += 1
      run.hangUps += hangUp
      if run.isRegular { counted = run.count == least ? UInt64(run.count) : 1 }
    } else {
      // The one before it may be the first of another run.
      let isPeriod = period.contains(pause)
      let firstID = run.lastID
      let before: UInt64 = isPeriod && run.lastIsHangUp ? 1 : 0
      run = Run(candidate)
      run.hangUps = before + hangUp
      if isPeriod { (run.firstID, run.period, run.count) = (firstID, pause, 2) }
    }
    run.lastID = candidate.id
    run.last = candidate.start
    return counted
  }

  private static func continues(_ run: Run, _ pause: Int64) -> Bool {
    // Longer than any run goes on over, and nothing that is added to it overflows.
    guard run.period > 0, pause > 0, pause <= (missing + 2) * run.period else { return false }
    let times = run.isRegular ? min(missing + 1, max(1, (pause + run.period / 2) / run.period)) : 1
    return (pause - times * run.period).magnitude < (run.period / tolerance).magnitude
  }
}

extension Brief {
  private var isSilent: Bool { client.payloadBytes == 0 && server.payloadBytes == 0 }

  /// Without an answer it is a client that gives up.
  private var isHungUpOn: Bool { clientHungUp && isHello }

  /// A hello and an answer, no more.
  private var isHello: Bool {
    1...HealthChecks.hello ~= client.payloadBytes && 1...HealthChecks.answer ~= server.payloadBytes
  }

  var healthCheckCandidate: HealthChecks.Candidate? {
    guard state == .closed || state == .reset, isSilent || isHungUpOn else { return talk(isClosed: state == .closed) }
    return candidate(isTalk: false)
  }

  /// The same connection as one that is no check by itself.
  func talk(isClosed: Bool) -> HealthChecks.Candidate? { isClosed && isHello ? candidate(isTalk: true) : nil }

  private func candidate(isTalk: Bool) -> HealthChecks.Candidate? {
    guard client.missingBytes == 0, server.missingBytes == 0, let birth, birth.serverISN != nil else { return nil }
    return HealthChecks.Candidate(
      id: id, start: start.time, client: client.endpoint.address, service: server.endpoint, isTalk: isTalk)
  }
}
