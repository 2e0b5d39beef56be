internal import Wire

/// Load balancers ask a service whether it lives: they connect and close, by FIN or RST, without a word or once a hello is answered, at
/// regular times (field.md, trap 40). Told by their period alone: a host that connects to a service and leaves like this, every time
/// after the same pause.
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
  }

  private struct Pair: Hashable, Sendable {
    var client: IPAddress
    var service: Endpoint
  }

  /// The latest connections of a pair that came at regular times.
  private struct Run: Sendable {
    var firstID: UInt64
    var lastID: UInt64
    var last: Timestamp
    /// ns; 0 while there was one.
    var period: Int64 = 0
    var count = 1

    var isRegular: Bool { count >= HealthChecks.least }
  }

  private var runs: [Pair: Run] = [:]
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
    guard let place = runs.index(forKey: pair) else {
      guard runs.count < HealthChecks.limit else { return false }
      runs[pair] = Run(firstID: candidate.id, lastID: candidate.id, last: candidate.start)
      return false
    }
    var run = runs.values[place]
    if candidate.id > run.lastID {
      add(candidate, to: &run)
      runs.values[place] = run
    }
    return run.isRegular && run.firstID <= candidate.id
  }

  private mutating func add(_ candidate: Candidate, to run: inout Run) {
    let pause = candidate.start.since(run.last)
    if HealthChecks.continues(run, pause) {
      run.count += 1
      if run.isRegular { count += run.count == HealthChecks.least ? UInt64(run.count) : 1 }
    } else {
      // The one before it may be the first of another run.
      let isPeriod = HealthChecks.period.contains(pause)
      run = Run(
        firstID: isPeriod ? run.lastID : candidate.id, lastID: candidate.id, last: candidate.start,
        period: isPeriod ? pause : 0, count: isPeriod ? 2 : 1)
    }
    run.lastID = candidate.id
    run.last = candidate.start
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
  private var isHungUpOn: Bool {
    clientHungUp && 1...HealthChecks.hello ~= client.payloadBytes && 1...HealthChecks.answer ~= server.payloadBytes
  }

  var healthCheckCandidate: HealthChecks.Candidate? {
    guard state == .closed || state == .reset, isSilent || isHungUpOn, client.missingBytes == 0,
      server.missingBytes == 0, let birth, birth.serverISN != nil
    else { return nil }
    return HealthChecks.Candidate(
      id: id, start: start.time, client: client.endpoint.address, service: server.endpoint)
  }
}
