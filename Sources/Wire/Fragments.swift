/// Datagrams that wait for their fragments (RFC 791 §3.2, RFC 8200 §4.5).
///
/// Only the beginning of a datagram is kept, where the headers are; of the rest it is known what has come. Memory is
/// fixed: 1,024 datagrams in sets of four; a fifth of a set evicts the one that waits longest.
struct Fragments: ~Copyable {
  static var setCount: Int { 256 }
  static var ways: Int { 4 }
  /// Bytes kept of each datagram: room for the headers of a tunnel and what it carries.
  static var prefixMax: Int { 512 }
  /// RFC 791's reassembly timer as Linux sets it (`ipfrag_time`).
  static var lifetime: Int64 { 30_000_000_000 }

  /// Datagrams that ended without completing.
  private(set) var incomplete: UInt64 = 0
  /// Empty until the first fragment comes.
  private var datagrams: [Datagram] = []
  private let seed = UInt64.random(in: .min ... .max)

  enum Outcome {
    case held
    /// Overlaps, or more holes than are followed: the datagram is dropped, and this its first offence.
    case bad
    /// In this place; `take` it.
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
    if datagrams[index].state == .poisoned { return .bad }
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
    return .complete(index)
  }

  /// Hands a complete datagram over and forgets it.
  mutating func take(_ index: Int) -> Datagram {
    let datagram = datagrams[index]
    datagrams[index].state = .free
    return datagram
  }

  /// No more packets: what waits is incomplete.
  mutating func finish() {
    for index in datagrams.indices { abandon(index) }
  }

  private mutating func abandon(_ index: Int) {
    if datagrams[index].state != .free { incomplete += 1 }
    datagrams[index].state = .free
  }

  /// Of the datagram with this key, which begins here if it is not known.
  private mutating func index(of key: FragmentKey, _ time: Timestamp) -> Int {
    let set = Int(truncatingIfNeeded: key.hash(seed: seed)) & (Fragments.setCount - 1)
    var place = set * Fragments.ways
    for index in place..<(place + Fragments.ways) {
      if datagrams[index].state != .free, time.since(datagrams[index].began) > Fragments.lifetime { abandon(index) }
      if datagrams[index].state != .free, datagrams[index].key == key { return index }
    }
    for index in place..<(place + Fragments.ways) {
      if datagrams[index].state == .free {
        place = index
        break
      }
      if datagrams[index].began < datagrams[place].began { place = index }
    }
    abandon(place)
    datagrams[place].begin(key, time)
    return place
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
