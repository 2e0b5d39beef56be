/// Datagrams that wait for their fragments (RFC 791 §3.2, RFC 8200 §4.5).
///
/// Only the beginning of a datagram is kept, where the headers are; of the rest it is known what has come. Memory is
/// fixed: 1,024 datagrams in sets of four; a fifth of a set evicts one that is complete, else the one that waits longest.
struct Fragments: ~Copyable {
  static var setCount: Int { 256 }
  static var ways: Int { 4 }
  /// Bytes kept of each datagram: room for the headers of a tunnel and what it carries.
  static var prefixMax: Int { 512 }
  /// RFC 791's reassembly timer as Linux sets it (`ipfrag_time`).
  static var lifetime: Int64 { 30_000_000_000 }
  /// A fragment that comes so soon after its datagram completed is a copy that the capture made (mirror ports, `any`), and
  /// no new datagram: a sender does not use 65,536 identifications up in 100 ms.
  static var copyWindow: Int64 { 100_000_000 }

  /// Datagrams that ended without completing.
  private(set) var incomplete: UInt64 = 0
  /// Empty until the first fragment comes.
  private var datagrams: [Datagram] = []
  private let seed = UInt64.random(in: .min ... .max)

  enum Outcome {
    case held
    /// Overlaps, or more holes than are followed: the datagram is dropped, and this its first offence.
    case bad
    /// It is in this place until the next call.
    case complete(Int)
  }

  /// - Parameter place: of the fragment's first byte in `bytes`.
  mutating func add(
    _ fragment: Fragment, _ key: FragmentKey, _ bytes: RawSpan, at place: Int, wireLength: Int, time: Timestamp
  ) -> Outcome {
    if datagrams.isEmpty {
      datagrams = Array(repeating: Datagram(), count: Fragments.setCount * Fragments.ways)
    }
    let index = self.index(of: key, time)
    switch datagrams[index].state {
    case .complete: return .held
    case .poisoned: return .bad
    case .free, .waiting: break
    }
    switch datagrams[index].cover(fragment) {
    case .copy: return .held
    case .bad:
      datagrams[index].state = .poisoned
      return .bad
    case .new: break
    }
    datagrams[index].keep(fragment, bytes, at: place)
    datagrams[index].wireLength += wireLength
    if fragment.start == 0 { datagrams[index].next = fragment.next }
    guard datagrams[index].isComplete else { return .held }
    datagrams[index].state = .complete
    datagrams[index].began = time
    return .complete(index)
  }

  /// A complete datagram, as `add` said.
  subscript(index: Int) -> Datagram { datagrams[index] }

  /// No more packets: what waits is incomplete.
  mutating func finish() {
    for index in datagrams.indices { abandon(index) }
  }

  private mutating func abandon(_ index: Int) {
    switch datagrams[index].state {
    case .waiting, .poisoned: incomplete += 1
    case .free, .complete: break
    }
    datagrams[index].state = .free
  }

  private mutating func expire(_ index: Int, _ time: Timestamp) {
    let age = time.since(datagrams[index].began)
    if age > (datagrams[index].state == .complete ? Fragments.copyWindow : Fragments.lifetime) { abandon(index) }
  }

  /// Of the datagram with this key, which begins here if it is not known.
  private mutating func index(of key: FragmentKey, _ time: Timestamp) -> Int {
    let set = Int(truncatingIfNeeded: key.hash(seed: seed)) & (Fragments.setCount - 1)
    let first = set * Fragments.ways
    var victim = first
    for index in first..<(first + Fragments.ways) {
      if datagrams[index].state != .free { expire(index, time) }
      if datagrams[index].state != .free, datagrams[index].key == key { return index }
      if isLessNeeded(index, than: victim) { victim = index }
    }
    abandon(victim)
    datagrams[victim].begin(key, time)
    return victim
  }

  /// Free places first, then what is complete, then the longest wait.
  private func isLessNeeded(_ one: Int, than other: Int) -> Bool {
    let ranks = (datagrams[one].state.rank, datagrams[other].state.rank)
    return ranks.0 == ranks.1 ? datagrams[one].began < datagrams[other].began : ranks.0 < ranks.1
  }
}

extension Datagram.State {
  fileprivate var rank: Int {
    switch self {
    case .free: 0
    case .complete: 1
    case .waiting, .poisoned: 2
    }
  }
}

/// Which datagram a fragment belongs to (RFC 791 §3.2; RFC 8200 §4.5 leaves the protocol out).
struct FragmentKey: Equatable, BitwiseCopyable {
  var source: IPAddress
  var destination: IPAddress
  var id: UInt32
  var next: UInt8
  var version: UInt8
  var encapsulation: UInt16

  func hash(seed: UInt64) -> UInt64 {
    var hash = mix(mix(seed, source.high), source.low)
    hash = mix(mix(hash, destination.high), destination.low)
    return mix(hash, UInt64(id) << 32 | UInt64(next) << 24 | UInt64(version) << 16 | UInt64(encapsulation))
  }
}
