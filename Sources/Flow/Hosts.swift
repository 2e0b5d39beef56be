internal import Wire

/// What a run's connections tell of the hosts at their ends: with which TTLs their packets arrive, and whether the capture
/// sees both directions between them.
///
/// Feed it each connection in brief once it has ended (`learn`), and before the last ones are judged those of the ones
/// still open; a connection that is learnt twice counts once. What is asked about a connection is answered from the
/// others: a host is not its own witness. The order of learning changes no answer until a limit is reached.
public struct Hosts: Sendable {
  /// Most hosts, and most pairs of hosts; what comes after them is not learnt.
  public static var limit: Int { 65_536 }

  private var timesToLive: [IPAddress: TTLRange] = [:]
  private var pairs: [HostPair: Sightings] = [:]
  private var run = Sightings()

  public init() {}

  /// Takes in a connection that has ended, or that is still open at the end.
  public mutating func learn(_ brief: Brief) {
    learnTTL(brief.client, brief.id)
    learnTTL(brief.server, brief.id)
    let sighting = brief.sighting
    guard sighting != .neither else { return }
    run.add(sighting, brief.id)
    let pair = HostPair(brief.client.endpoint.address, brief.server.endpoint.address)
    if let place = pairs.index(forKey: pair) {
      pairs.values[place].add(sighting, brief.id)
    } else if pairs.count < Hosts.limit {
      pairs[pair] = Sightings(sighting, brief.id)
    }
  }

  private mutating func learnTTL(_ end: Brief.End, _ id: UInt64) {
    // A lone SYN may come from anybody: a flood must not fill the table.
    guard let range = end.ttlRange, end.isReal else { return }
    if let place = timesToLive.index(forKey: end.endpoint.address) {
      timesToLive.values[place].add(range, id)
    } else if timesToLive.count < Hosts.limit {
      timesToLive[end.endpoint.address] = TTLRange(range, id)
    }
  }

  /// TTLs (hop limits) of the packets, RSTs left out, that the host at `side` sent in other connections than this; nil
  /// where there is none.
  public func timeToLive(_ side: Side, of facts: Facts) -> ClosedRange<UInt8>? {
    timesToLive[facts.endpoint(side).address]?.without(facts.id)
  }

  /// Whether both directions between these two hosts were seen, in this connection or in others; where the others
  /// between them tell nothing, whether the run's do. nil where nothing tells.
  public func bothDirectionsSeen(_ facts: Facts) -> Bool? {
    if facts.client.packets > 0, facts.server.packets > 0 { return true }
    let pair = HostPair(facts.clientEndpoint.address, facts.serverEndpoint.address)
    return pairs[pair]?.without(facts.id) ?? run.without(facts.id)
  }
}

private struct HostPair: Hashable {
  var one: IPAddress
  var other: IPAddress

  init(_ client: IPAddress, _ server: IPAddress) {
    let inOrder = (client.high, client.low) < (server.high, server.low)
    one = inOrder ? client : server
    other = inOrder ? server : client
  }
}

/// Two connections each: one of them is not the one that asks.
private struct Sightings {
  private var both = Witnesses()
  private var oneOnly = Witnesses()

  init() {}

  init(_ sighting: Brief.Sighting, _ id: UInt64) { add(sighting, id) }

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
}

private struct Witnesses {
  private var first: UInt64?
  private var second: UInt64?

  mutating func add(_ id: UInt64) {
    if first == nil { first = id } else if first != id, second == nil { second = id }
  }

  func hasOther(than id: UInt64) -> Bool { first != nil && (first != id || second != nil) }
}

/// Lowest and highest TTL with the connections they come from, and the next ones of another connection: enough to leave
/// any one connection out.
private struct TTLRange {
  private var lowest = Extreme()
  private var highest = Extreme()

  init(_ range: ClosedRange<UInt8>, _ id: UInt64) { add(range, id) }

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

private struct Extreme {
  private var first: (value: UInt8, id: UInt64)?
  /// Of another connection than `first`.
  private var second: (value: UInt8, id: UInt64)?

  mutating func add(_ value: UInt8, _ id: UInt64) {
    guard let known = first else {
      first = (value, id)
      return
    }
    if known.id == id {
      first = (min(known.value, value), id)
      return
    }
    if value < known.value {
      second = known
      first = (value, id)
    } else if second == nil || value < (second?.value ?? 0) {
      second = (value, id)
    }
  }

  func without(_ id: UInt64) -> UInt8? { first?.id == id ? second?.value : first?.value }
}
