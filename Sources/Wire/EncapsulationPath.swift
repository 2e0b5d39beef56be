/// VLANs and tunnels around a packet as they were read, in plain words: compared for every packet that has any.
struct EncapsulationPath: BitwiseCopyable {
  /// Shown at most, the outermost ones.
  static var vlansMax: Int { 10 }
  static var tunnelsMax: Int { 6 }

  /// 12 bits each, the innermost lowest.
  var vlans: UInt128 = 0
  var vlanCount = 0
  var tunnelCount = 0
  /// The first `tunnelCount` are set.
  var tunnels = InlineArray<6, TunnelWords>(repeating: TunnelWords())

  var isEmpty: Bool { vlanCount | tunnelCount == 0 }

  mutating func clear() {
    vlans = 0
    vlanCount = 0
    tunnelCount = 0
  }

  /// One more than are shown is walked through and not noted.
  mutating func push(vlan: UInt16) {
    guard vlanCount < EncapsulationPath.vlansMax else { return }
    vlans = vlans << 12 | UInt128(vlan)
    vlanCount &+= 1
  }

  /// One more than are shown is walked through and not noted.
  mutating func push(tunnel: TunnelWords) {
    guard tunnelCount < EncapsulationPath.tunnelsMax else { return }
    tunnels[tunnelCount] = tunnel
    tunnelCount &+= 1
  }

  @inline(__always)
  func equals(_ other: borrowing EncapsulationPath) -> Bool {
    guard vlans == other.vlans, vlanCount == other.vlanCount, tunnelCount == other.tunnelCount else { return false }
    for index in 0..<tunnelCount where tunnels[index] != other.tunnels[index] { return false }
    return true
  }

  func hash(seed: UInt64) -> UInt64 {
    var hash = mix(seed, UInt64(truncatingIfNeeded: vlans))
    hash = mix(hash, UInt64(truncatingIfNeeded: vlans >> 64) &+ UInt64(truncatingIfNeeded: vlanCount))
    for index in 0..<tunnelCount {
      let words = tunnels[index]
      hash = mix(mix(hash, words.head), words.source.high)
      hash = mix(mix(hash, words.source.low), words.destination.high)
      hash = mix(hash, words.destination.low)
    }
    return hash
  }

  /// As it is shown.
  var encapsulation: Encapsulation {
    var shown = Encapsulation()
    for index in (0..<vlanCount).reversed() {
      shown.vlans.append(UInt16(truncatingIfNeeded: vlans >> (12 * UInt128(index))) & 0xfff)
    }
    for index in 0..<tunnelCount { shown.tunnels.append(tunnels[index].tunnel) }
    return shown
  }
}

/// A tunnel in five words.
struct TunnelWords: BitwiseCopyable, Equatable {
  /// Kind, version of the outer header, whether there are an id and addresses, id.
  var head: UInt64 = 0
  var source = IPAddress(high: 0, low: 0)
  var destination = IPAddress(high: 0, low: 0)

  init() {}

  /// A tunnel whose ends are those of `outer`, or that has none.
  init(_ kind: Tunnel.Kind, id: UInt32?, outer: IPHeader?) {
    head = kind.number << 48 | UInt64(id ?? 0)
    if id != nil { head |= 1 << 32 }
    guard let outer else { return }
    head |= 1 << 33 | UInt64(outer.version) << 40
    source = outer.source
    destination = outer.destination
  }

  var tunnel: Tunnel {
    let hasID = head & 1 << 32 != 0
    let hasEnds = head & 1 << 33 != 0
    return Tunnel(
      Tunnel.Kind.allCases.first { $0.number == head >> 48 } ?? .gre,
      id: hasID ? UInt32(truncatingIfNeeded: head) : nil, source: hasEnds ? source : nil,
      destination: hasEnds ? destination : nil, ipVersion: hasEnds ? UInt8(head >> 40 & 15) : 4)
  }
}

extension Tunnel.Kind {
  fileprivate var number: UInt64 {
    switch self {
    case .gre: 0
    case .nvgre: 1
    case .erspan: 2
    case .vxlan: 3
    case .geneve: 4
    case .ipip: 5
    case .sixInFour: 6
    case .fourInSix: 7
    case .teredo: 8
    case .gtpu: 9
    case .ayiya: 10
    case .mpls: 11
    case .l2tp: 12
    case .pppoe: 13
    case .pptp: 14
    }
  }
}

/// One round of a multiplying hash.
func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
  let product = (left ^ right ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
  return product.high ^ product.low
}
