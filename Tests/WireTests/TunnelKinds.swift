import PacketScript
import Wire

extension Kinds {
  private static func over4(_ name: String, _ next: UInt8, _ payload: [UInt8], version: UInt8 = 4, _ tunnels: Tunnel...)
    -> Kind
  {
    Kind(
      name: name, bytes: ethernet(0x0800, outer4(next, payload)), version: version,
      encapsulation: Encapsulation(tunnels: tunnels))
  }

  private static var behindAH: [UInt8] {
    var bytes = v4
    bytes[3] += 24
    bytes[9] = 51
    bytes.insert(contentsOf: [6, 4, 0, 0] + [UInt8](repeating: 1, count: 20), at: 20)
    return bytes
  }

  static let tunnels: [Kind] = [
    over4("IP in IP", 4, v4, tunnel(.ipip)),
    over4("6in4", 41, v6, version: 6, tunnel(.sixInFour)),
    Kind(
      name: "4in6", bytes: ethernet(0x86dd, outer6(4, v4)),
      encapsulation: Encapsulation(tunnels: [tunnel(.fourInSix, version: 6)])),
    Kind(
      name: "6in6", bytes: ethernet(0x86dd, outer6(41, v6)), version: 6,
      encapsulation: Encapsulation(tunnels: [tunnel(.ipip, version: 6)])),
    over4("GRE", 47, join([0, 0, 8, 0], v4), tunnel(.gre)),
    over4(
      "GRE, checksum, key, sequence", 47, join([0xb0, 0, 8, 0, 1, 2, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1], v4), tunnel(.gre, 9)
    ),
    // A route entry of two bytes, then the empty one.
    over4(
      "GRE, source routes", 47, join([0x40, 0, 8, 0, 0, 0, 0, 0], [0, 1, 0, 2, 7, 7], [0, 0, 0, 0], v4), tunnel(.gre)),
    over4("GRE, Ethernet", 47, join([0, 0, 0x65, 0x58], ethernet(0x0800, v4)), tunnel(.gre)),
    over4(
      "GRE, Ethernet, small key", 47, join([0x20, 0, 0x65, 0x58, 0, 0, 0, 5], ethernet(0x0800, v4)), tunnel(.gre, 5)),
    // Virtual subnet 0x1234, flow 5.
    over4("NVGRE", 47, join([0x20, 0, 0x65, 0x58, 0, 0x12, 0x34, 5], ethernet(0x0800, v4)), tunnel(.nvgre, 0x1234)),
    over4("ERSPAN I", 47, join([0, 0, 0x88, 0xbe], ethernet(0x0800, v4)), tunnel(.erspan)),
    over4(
      "ERSPAN II", 47, join([0x10, 0, 0x88, 0xbe, 0, 0, 0, 1], [0x10, 1, 0, 5, 0, 0, 0, 0], ethernet(0x0800, v4)),
      tunnel(.erspan, 5)),
    over4(
      "ERSPAN III, platform header", 47,
      join(
        [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], [0x20, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 1], [UInt8](repeating: 0, count: 8),
        ethernet(0x0800, v4)), tunnel(.erspan, 6)),
    over4(
      "PPTP", 47,
      join([0x30, 0x81, 0x88, 0x0b, 0, UInt8(v4.count + 4), 0, 7, 0, 0, 0, 1, 0, 0, 0, 1], [0xff, 3, 0, 0x21], v4),
      tunnel(.pptp, 7)),
    over4("WCCP", 47, join([0, 0, 0x88, 0x3e, 0, 0, 0, 0], v4), tunnel(.gre)),
    over4("MPLS in IP", 137, join([0, 1, 0x11, 64], v4), Tunnel(.mpls, id: 17)),
    Kind(name: "AH", bytes: ethernet(0x0800, behindAH)),
  ]

  static let udpTunnels: [Kind] = [
    over4("VXLAN", 17, udp(4789, join([8, 0, 0, 0, 0, 0, 42, 0], ethernet(0x0800, v4))), tunnel(.vxlan, 42)),
    over4(
      "VXLAN, Linux's port, tagged inside", 17,
      udp(8472, join([8, 0, 0, 0, 0, 0, 42, 0], ethernet(0x8100, join([0, 3, 0x86, 0xdd], v6)))), version: 6,
      tunnel(.vxlan, 42)
    ).tagged([3]),
    over4("VXLAN-GPE", 17, udp(4790, join([0x0c, 0, 0, 1, 0, 0, 42, 0], v4)), tunnel(.vxlan, 42)),
    over4(
      "Geneve, one option", 17,
      udp(6081, join([1, 0, 0x65, 0x58, 0, 0, 7, 0], [1, 2, 3, 0], ethernet(0x0800, v4))), tunnel(.geneve, 7)),
    over4("Geneve, IP", 17, udp(6081, join([0, 0, 0x86, 0xdd, 0, 0, 7, 0], v6)), version: 6, tunnel(.geneve, 7)),
    over4("GTP-U", 17, udp(2152, join([0x30, 255], big(UInt16(v4.count)), [0, 0, 1, 0], v4)), tunnel(.gtpu, 256)),
    // Sequence number, N-PDU, then one extension of four bytes.
    over4(
      "GTP-U, extension header", 17,
      udp(2152, join([0x34, 255], big(UInt16(v6.count + 8)), [0, 0, 1, 0], [0, 9, 0, 0x85], [1, 0, 9, 0], v6)),
      version: 6,
      tunnel(.gtpu, 256)),
    over4("Teredo", 17, udp(3544, v6), version: 6, tunnel(.teredo)),
    over4(
      "Teredo, authentication and origin", 17,
      udp(50_001, join([0, 1, 0, 0], [UInt8](repeating: 9, count: 9), [0, 0, 1, 2, 3, 4, 5, 6], v6), source: 3544),
      version: 6, tunnel(.teredo)),
    over4(
      "AYIYA", 17, udp(5072, join([0x41, 0x52, 0x11, 41], [UInt8](repeating: 3, count: 40), v6)), version: 6,
      tunnel(.ayiya)
    ),
    over4("L2TP", 17, udp(1701, join([0, 2, 0, 5, 0, 6], [0xff, 3, 0, 0x21], v4)), tunnel(.l2tp, 0x5_0006)),
    // Length, sequence, offset of one byte.
    over4(
      "L2TP, all fields", 17,
      udp(1701, join([0x4a, 2, 0, 0, 0, 5, 0, 6, 0, 1, 0, 1, 0, 1, 0], [0, 0x57], v6)), version: 6,
      tunnel(.l2tp, 0x5_0006)),
    Kind(
      name: "GTP in VXLAN over IPv6 in a VLAN",
      bytes: ethernet(
        0x8100,
        join(
          [0, 4, 0x86, 0xdd],
          outer6(
            17,
            udp(
              4789,
              join(
                [8, 0, 0, 0, 0, 0, 1, 0],
                ethernet(0x0800, outer4(17, udp(2152, join([0x30, 255], big(UInt16(v4.count)), [0, 0, 0, 2], v4))))))))),
      encapsulation: Encapsulation(vlans: [4], tunnels: [tunnel(.vxlan, 1, version: 6), tunnel(.gtpu, 2)])),
  ]

  /// Each says what it stands before: TCP is 6.
  static let extensions: [Kind] = [
    ("hop-by-hop", 0, [6, 0, 1, 4, 0, 0, 0, 0]),
    ("destination options", 60, [6, 0, 1, 4, 0, 0, 0, 0]),
    ("routing, arrived", 43, [6, 0, 0, 0, 0, 0, 0, 0]),
    ("fragment header of a whole packet", 44, [6, 0, 0, 0, 0, 0, 0, 0]),
    ("AH", 51, join([6, 4, 0, 0], [UInt8](repeating: 1, count: 20))),
    ("mobility", 135, [6, 0, 0, 0, 0, 0, 0, 0]),
    ("HIP", 139, [6, 0, 0, 0, 0, 0, 0, 0]),
    ("shim6", 140, [6, 0, 0, 0, 0, 0, 0, 0]),
    (
      "hop-by-hop, routing, destination", 0,
      join([43, 0, 1, 4, 0, 0, 0, 0], [60, 0, 0, 0, 0, 0, 0, 0], [6, 0, 1, 4, 0, 0, 0, 0])
    ),
  ].map { name, first, headers in
    Kind(name: name, bytes: ethernet(0x86dd, extended(first, headers)), version: 6)
  }
}

extension Kind {
  fileprivate func tagged(_ vlans: [UInt16]) -> Kind {
    var kind = self
    kind.encapsulation.vlans = vlans
    return kind
  }
}
