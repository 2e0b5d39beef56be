internal import Wire

/// Which encapsulations are one network: the part of a connection's identity that lies outside of its 5-tuple.
struct KeyScopes {
  let byVLAN: Bool
  let byTunnel: Bool
  /// `[Segment.encapsulation]`, as far as they were numbered.
  private(set) var scopes: [UInt16] = []
  private var numbers: [Encapsulation: UInt16] = [:]

  init(byVLAN: Bool, byTunnel: Bool) {
    self.byVLAN = byVLAN
    self.byTunnel = byTunnel
  }

  init(_ options: RunOptions) { self.init(byVLAN: options.keyVLAN, byTunnel: options.keyTunnel) }

  var isOn: Bool { byVLAN || byTunnel }

  /// Numbers what is new among `encapsulations`; says whether anything was.
  mutating func learn(_ encapsulations: [Encapsulation]) -> Bool {
    guard isOn, scopes.count < encapsulations.count else { return false }
    for place in scopes.count..<encapsulations.count { scopes.append(number(encapsulations[place])) }
    return true
  }

  /// 0 for all where neither joins the key.
  mutating func scope(of encapsulation: Encapsulation) -> UInt16 { isOn ? number(encapsulation) : 0 }

  /// Of what `decoder` has just read.
  mutating func scope(of segment: Segment, _ decoder: borrowing Decoder) -> UInt16 {
    guard isOn else { return 0 }
    _ = learn(decoder.encapsulations)
    let place = Int(segment.encapsulation)
    return place < scopes.count ? scopes[place] : 0
  }

  private mutating func number(_ encapsulation: Encapsulation) -> UInt16 {
    var key = Encapsulation()
    if byVLAN { key.vlans = encapsulation.vlans }
    if byTunnel { key.tunnels = encapsulation.tunnels.compactMap(\.network) }
    if let known = numbers[key] { return known }
    let next = UInt16(clamping: numbers.count)
    numbers[key] = next
    return next
  }
}

extension Tunnel {
  /// What both directions of it have in common: not its ends, which change places, and of its number only one that names a network.
  fileprivate var network: Tunnel? {
    switch kind {
    case .gre, .nvgre, .erspan, .vxlan, .geneve, .pppoe: Tunnel(kind, id: id)
    // Each end chooses the number by which it is sent to.
    case .gtpu, .l2tp, .pptp: Tunnel(kind)
    case .ipip, .sixInFour, .fourInSix, .teredo, .ayiya: Tunnel(kind)
    // Labels are of one hop and one direction, and the last hop may have none (RFC 3031 §3.16).
    case .mpls: nil
    }
  }
}
