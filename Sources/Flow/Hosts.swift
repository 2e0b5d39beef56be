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
  private var oneOnly = Witnesses()

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
    if sighting == .oneOnly { oneOnly.add(brief.id) }
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
    return pairs[pair].without(facts.id) == true && !oneOnly.hasOther(than: facts.id)
  }
}

/// Who saw both directions, two connections, as one of them may be the one that asks; while there is none of these, who saw one only, and
/// beside a first of them one other. What is left out changes no answer.
struct Sightings: HostRecord {
  private var witnesses = Witnesses()
  /// How many of the witnesses saw both directions: the first ones.
  private var both: UInt8 = 0
  /// Of one connection or more.
  var severalPlaces = false

  mutating func add(_ sighting: Brief.Sighting, _ id: UInt64) {
    switch sighting {
    case .both where both == 0:
      witnesses.putFirst(id)
      both = 1
    case .both where both == 1: if witnesses.setOther(id) { both = 2 }
    case .oneOnly where both < 2: witnesses.add(id)
    case .both, .oneOnly, .neither: break
    }
  }

  /// Whether others than `id` saw both directions; nil where no other tells.
  func without(_ id: UInt64) -> Bool? {
    if both == 2 || (both == 1 && !witnesses.isFirst(id)) { return true }
    return witnesses.hasOther(than: id) ? false : nil
  }
}

/// Two connections: one of them is not the one that asks.
private struct Witnesses: BitwiseCopyable {
  private var first = UInt64Halves(0)
  private var second = UInt64Halves(0)
  private var count: UInt8 = 0

  mutating func add(_ id: UInt64) {
    if count == 0 {
      first = UInt64Halves(id)
      count = 1
    } else if count == 1, !isFirst(id) {
      second = UInt64Halves(id)
      count = 2
    }
  }

  /// Before those that were there, of which one stays.
  mutating func putFirst(_ id: UInt64) {
    if count > 0, !isFirst(id) {
      second = first
      count = 2
    }
    first = UInt64Halves(id)
    count = max(count, 1)
  }

  /// Says whether it is another than the first.
  mutating func setOther(_ id: UInt64) -> Bool {
    guard !isFirst(id) else { return false }
    second = UInt64Halves(id)
    count = 2
    return true
  }

  func isFirst(_ id: UInt64) -> Bool { first.value == id }

  func hasOther(than id: UInt64) -> Bool { count == 2 || (count == 1 && !isFirst(id)) }
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
  private var id = UInt64Halves(0)
  private var value: UInt8 = 0
  /// Of another connection than `id`.
  private var second: UInt8 = 0
  /// How many of both there are.
  private var count: UInt8 = 0

  mutating func add(_ added: UInt8, _ connection: UInt64) {
    if count == 0 || id.value == connection {
      value = count == 0 ? added : min(value, added)
      id = UInt64Halves(connection)
      count = max(count, 1)
    } else if added < value {
      second = value
      value = added
      id = UInt64Halves(connection)
      count = 2
    } else if count == 1 || added < second {
      second = added
      count = 2
    }
  }

  func without(_ connection: UInt64) -> UInt8? {
    if id.value == connection { return count == 2 ? second : nil }
    return count > 0 ? value : nil
  }
}
