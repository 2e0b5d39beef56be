/// What a packet travelled in.
public struct Encapsulation: Hashable, Sendable {
  /// VLAN ids (12 bits), outermost first, over all layers.
  public var vlans: [UInt16] = []
  /// Outermost first.
  public var tunnels: [Tunnel] = []

  /// Both outermost first; without any, a packet straight on its link.
  public init(vlans: [UInt16] = [], tunnels: [Tunnel] = []) {
    self.vlans = vlans
    self.tunnels = tunnels
  }
}

/// One tunnel around a packet.
public struct Tunnel: Hashable, Sendable {
  /// As `type` of a connection's `tunnel` spells it.
  public enum Kind: String, Hashable, CaseIterable, Sendable {
    case gre, nvgre, erspan, vxlan, geneve, ipip
    case sixInFour = "6in4"
    case fourInSix = "4in6"
    case teredo
    case gtpu = "gtp-u"
    case ayiya
    case mpls, l2tp, pppoe, pptp
  }

  /// By what its header says, not by a port alone. `.gre` is PPTP and WCCP too, `.vxlan` its GPE, `.ipip` either IP version in itself.
  public var kind: Kind
  /// VNI, VSID, TEID, GRE key, label, session …; nil where the kind has none.
  public var id: UInt32?
  /// The outer IP header's addresses; nil where the tunnel has none (MPLS, PPPoE).
  public var source: IPAddress?
  /// nil together with `source`.
  public var destination: IPAddress?
  /// Of the outer header: 4 or 6.
  public var ipVersion: UInt8

  /// - Parameter ipVersion: 4 where there is no outer IP header.
  public init(
    _ kind: Kind, id: UInt32? = nil, source: IPAddress? = nil, destination: IPAddress? = nil, ipVersion: UInt8 = 4
  ) {
    self.kind = kind
    self.id = id
    self.source = source
    self.destination = destination
    self.ipVersion = ipVersion
  }
}
