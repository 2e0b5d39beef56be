internal import Wire

/// What is remembered of a host, or of a pair of hosts.
protocol HostRecord: BitwiseCopyable, Sendable {
  /// Nothing is known yet.
  init()
}

/// What is remembered, and of whom.
struct KnownHost<Record: HostRecord>: BitwiseCopyable, Sendable {
  var key: FlowKey
  var record = Record()
}

/// Records of hosts, or of pairs of hosts in either order: asked several times for each connection, so found as the
/// connections themselves are.
struct KnownHosts<Record: HostRecord>: ~Copyable {
  private let seed: HashSeed
  private var table = FlowTable()
  private var entries: Region<KnownHost<Record>>

  /// - Parameter limit: most records; there is none for what comes after them.
  init(limit: Int, seed: HashSeed) {
    self.seed = seed
    entries = Region(capacity: limit)
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
    guard let made = entries.allocate(KnownHost(key: key)) else { return nil }
    table.insert(hash, made)
    return made
  }

  subscript(_ place: UInt32) -> Record {
    get { entries[place].record }
    _modify { yield &entries[place].record }
  }

  private static func key(_ one: IPAddress, _ other: IPAddress) -> FlowKey {
    FlowKey.make(source: one, sourcePort: 0, destination: other, destinationPort: 0, ipVersion: 0, scope: 0).key
  }

  private mutating func find(_ key: FlowKey, _ hash: UInt32) -> UInt32? {
    let place = table.find(hash) { entries[$0].key == key }
    return place == 0 ? nil : place
  }
}
