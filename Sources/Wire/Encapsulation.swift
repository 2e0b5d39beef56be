/// What a packet travelled in.
public struct Encapsulation: Hashable, Sendable {
  /// VLAN ids (12 bits), outermost first, over all layers.
  public var vlans: [UInt16] = []
  /// Outermost first.
  public var tunnels: [Tunnel] = []

  public init(vlans: [UInt16] = [], tunnels: [Tunnel] = []) {
    self.vlans = vlans
    self.tunnels = tunnels
  }
}

/// One tunnel around a packet.
public struct Tunnel: Hashable, Sendable {
  public enum Kind: String, Hashable, CaseIterable, Sendable {
    case gre, nvgre, erspan, vxlan, geneve, ipip
    case sixInFour = "6in4"
    case fourInSix = "4in6"
    case teredo
    case gtpu = "gtp-u"
    case ayiya
    case mpls, l2tp, pppoe
  }

  public var kind: Kind
  /// VNI, TEID, GRE key, session …; nil where the kind has none.
  public var id: UInt32?
  /// The outer IP header's addresses; nil where the tunnel has none (MPLS, PPPoE).
  public var source: IPAddress?
  public var destination: IPAddress?
  /// Of the outer header: 4 or 6.
  public var ipVersion: UInt8

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
