internal import Wire

/// What is remembered of a host, or of a pair of hosts.
protocol HostRecord: BitwiseCopyable, Sendable {
  /// Nothing is known yet.
  init()
}

/// What is remembered, and of whom.
struct KnownHost<Key: BitwiseCopyable & Sendable, Record: HostRecord>: BitwiseCopyable, Sendable {
  var key: Key
  var record = Record()
}

/// Records of hosts, or of pairs of hosts in either order: asked several times for each connection, so found as the
/// connections themselves are. Most are of IPv4, and a third as large as others for that.
struct KnownHosts<Record: HostRecord>: ~Copyable {
  private let seed: HashSeed
  private let limit: Int
  private var table = FlowTable()
  private var narrow: Region<KnownHost<UInt64Halves, Record>>
  private var wide: Region<KnownHost<FlowKey, Record>>
  /// Marks a place in `wide`.
  private static var wideBit: UInt32 { 1 << 31 }

  /// - Parameter limit: most records; there is none for what comes after them.
  init(limit: Int, seed: HashSeed) {
    self.seed = seed
    self.limit = limit
    narrow = Region(capacity: limit)
    wide = Region(capacity: limit)
  }

  // Mutating, both, though nothing changes: what is called of a value that is only lent works on a copy of it.

  /// Where the record of a host is; nil where nothing is known of it.
  mutating func find(_ host: IPAddress) -> UInt32? { find(host, host) }

  /// Where the record of two hosts is.
  mutating func find(_ one: IPAddress, _ other: IPAddress) -> UInt32? {
    let key = Self.key(one, other)
    return find(key, key.hash(seed: seed))
  }

  /// The same, made if there is none and it still has room.
  mutating func place(of host: IPAddress) -> UInt32? { place(of: host, host) }

  mutating func place(of one: IPAddress, _ other: IPAddress) -> UInt32? {
    let key = Self.key(one, other)
    let hash = key.hash(seed: seed)
    if let known = find(key, hash) { return known }
    guard narrow.count + wide.count < limit, let made = enter(key) else { return nil }
    table.insert(hash, made)
    return made
  }

  private mutating func enter(_ key: FlowKey) -> UInt32? {
    if let pair = key.pairOfIPv4 { return narrow.allocate(KnownHost(key: UInt64Halves(pair))) }
    return wide.allocate(KnownHost(key: key)).map { $0 | Self.wideBit }
  }

  subscript(_ place: UInt32) -> Record {
    get { place < Self.wideBit ? narrow[place].record : wide[place & ~Self.wideBit].record }
    _modify {
      if place < Self.wideBit { yield &narrow[place].record } else { yield &wide[place & ~Self.wideBit].record }
    }
  }

  private static func key(_ one: IPAddress, _ other: IPAddress) -> FlowKey {
    FlowKey.make(source: one, sourcePort: 0, destination: other, destinationPort: 0, ipVersion: 0, scope: 0).key
  }

  private mutating func find(_ key: FlowKey, _ hash: UInt32) -> UInt32? {
    let place: UInt32
    if let pair = key.pairOfIPv4 {
      let sought = UInt64Halves(pair)
      place = table.find(hash) { $0 < Self.wideBit && narrow[$0].key == sought }
    } else {
      place = table.find(hash) { $0 >= Self.wideBit && wide[$0 & ~Self.wideBit].key == key }
    }
    return place == 0 ? nil : place
  }
}
