public import Wire

/// What a run's connections tell of the hosts at their ends: with which TTLs their packets arrive, and whether the capture
/// sees both directions between them.
///
/// Feed it each connection in brief once it has ended (`learn`), and before the last ones are judged those that are still
/// open; a connection that is learnt twice counts once. What is asked about a connection is answered from the others: a
/// host is not its own witness. The order of learning changes no answer until a limit is reached.
public struct Hosts: ~Copyable {
  /// Most hosts, and most pairs of hosts; what comes after them is not learnt.
  public static var limit: Int { 65_536 }

  private var timesToLive: KnownHosts<TTLRange>
  private var pairs: KnownHosts<Sightings>
  private var run = Sightings()

  /// - Parameter seed: of the hash; results do not depend on it.
  public init(seed: UInt64 = TrackerOptions().seed) {
    timesToLive = KnownHosts(limit: Hosts.limit, seed: HashSeed(seed))
    pairs = KnownHosts(limit: Hosts.limit, seed: HashSeed(seed))
  }

  /// Takes in a connection that has ended, or that is still open at the end.
  public mutating func learn(_ brief: Brief) {
    if brief.severalPlaces {
      // Each place has TTLs of its own.
      if let place = pairs.place(of: brief.client.endpoint.address, brief.server.endpoint.address) {
        pairs[place].severalPlaces = true
      }
    } else {
      learnTTL(brief.client, brief.id)
      learnTTL(brief.server, brief.id)
    }
    let sighting = brief.sighting
    guard sighting != .neither else { return }
    run.add(sighting, brief.id)
    guard let place = pairs.place(of: brief.client.endpoint.address, brief.server.endpoint.address) else { return }
    pairs[place].add(sighting, brief.id)
  }

  /// Takes in one that is still open.
  public mutating func learn(_ open: OpenSight) {
    switch open.kind {
    case .seen(let brief, _): learn(brief)
    case .refused(let id, let client, let server):
      // Both directions were seen, and nobody has proven to be the host.
      run.add(.both, id)
      guard let place = pairs.place(of: client, server) else { return }
      pairs[place].add(.both, id)
    }
  }

  private mutating func learnTTL(_ end: Brief.End, _ id: UInt64) {
    // A lone SYN may come from anybody: a flood must not fill the table.
    guard let range = end.ttlRange, end.isReal, let place = timesToLive.place(of: end.endpoint.address) else { return }
    timesToLive[place].add(range, id)
  }

  // Mutating, what follows, though nothing changes: what is called of a value that is only lent works on a copy of it.

  /// TTLs (hop limits) of the packets, RSTs left out, that the host at `side` sent in other connections than this; nil
  /// where there is none.
  public mutating func timeToLive(_ side: Side, of facts: Facts) -> ClosedRange<UInt8>? {
    timeToLive(of: facts.endpoint(side).address, without: facts.id)
  }

  /// The same by its address, and the id of the connection that asks.
  public mutating func timeToLive(of host: IPAddress, without connection: UInt64) -> ClosedRange<UInt8>? {
    timesToLive.find(host).flatMap { timesToLive[$0].without(connection) }
  }

  /// Captures of several places hold a connection between these two hosts: one that only one of them holds was lost, or made up, on
  /// the way to the other.
  public mutating func areSeenFromSeveralPlaces(_ brief: Brief) -> Bool {
    guard let pair = pairs.find(brief.client.endpoint.address, brief.server.endpoint.address) else { return false }
    return pairs[pair].severalPlaces
  }

  /// Whether both directions between these two hosts were seen, in this connection or in others; where the others
  /// between them tell nothing, whether the run's do. nil where nothing tells.
  public mutating func bothDirectionsSeen(_ facts: Facts) -> Bool? {
    if facts.client.packets > 0, facts.server.packets > 0 { return true }
    let pair = pairs.find(facts.clientEndpoint.address, facts.serverEndpoint.address)
    return pair.flatMap { pairs[$0].without(facts.id) } ?? run.without(facts.id)
  }

  /// Whether others between these two hosts were seen in both directions, and none of the run's in one only: no way past the capture
  /// is known, by which what it lacks of this one may have gone.
  public mutating func isPairSeenWhole(_ facts: Facts) -> Bool {
    guard let pair = pairs.find(facts.clientEndpoint.address, facts.serverEndpoint.address) else { return false }
    return pairs[pair].without(facts.id) == true && !run.hasOneOnly(without: facts.id)
  }
}

/// Two connections each: one of them is not the one that asks.
struct Sightings: HostRecord {
  private var both = Witnesses()
  private var oneOnly = Witnesses()
  /// Of one connection or more.
  var severalPlaces = false

  mutating func add(_ sighting: Brief.Sighting, _ id: UInt64) {
    switch sighting {
    case .both: both.add(id)
    case .oneOnly: oneOnly.add(id)
    case .neither: break
    }
  }

  /// Whether others than `id` saw both directions; nil where no other tells.
  func without(_ id: UInt64) -> Bool? {
    if both.hasOther(than: id) { return true }
    return oneOnly.hasOther(than: id) ? false : nil
  }

  /// Whether another than `id` was seen in one direction only.
  func hasOneOnly(without id: UInt64) -> Bool { oneOnly.hasOther(than: id) }
}

private struct Witnesses: BitwiseCopyable {
  private var first: UInt64?
  private var second: UInt64?

  mutating func add(_ id: UInt64) {
    if first == nil { first = id } else if first != id, second == nil { second = id }
  }

  func hasOther(than id: UInt64) -> Bool { first != nil && (first != id || second != nil) }
}

/// Lowest and highest TTL with the connections they come from, and the next ones of another connection: enough to leave
/// any one connection out.
struct TTLRange: HostRecord {
  private var lowest = Extreme()
  private var highest = Extreme()

  mutating func add(_ range: ClosedRange<UInt8>, _ id: UInt64) {
    lowest.add(range.lowerBound, id)
    // Highest is lowest of what is left to 255.
    highest.add(255 - range.upperBound, id)
  }

  func without(_ id: UInt64) -> ClosedRange<UInt8>? {
    guard let low = lowest.without(id), let high = highest.without(id) else { return nil }
    return low...max(low, 255 - high)
  }
}

private struct Extreme: BitwiseCopyable {
  /// Values above 255 are none.
  private var value: UInt16 = .max
  private var id: UInt64 = 0
  /// Of another connection than `id`.
  private var second: UInt16 = .max

  mutating func add(_ added: UInt8, _ connection: UInt64) {
    let added = UInt16(added)
    if value == .max || id == connection {
      value = min(value, added)
      id = connection
    } else if added < value {
      second = value
      value = added
      id = connection
    } else if added < second {
      second = added
    }
  }

  func without(_ connection: UInt64) -> UInt8? {
    let left = id == connection ? second : value
    return left > 255 ? nil : UInt8(left)
  }
}
