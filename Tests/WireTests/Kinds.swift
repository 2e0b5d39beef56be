import PacketScript
import Testing
import Wire

/// A frame that carries `packet(version)` in some wrapping, and what must be said of the wrapping.
struct Kind: CustomTestStringConvertible, Sendable {
  var name: String
  var linkType = LinkType.ethernet
  var bytes: [UInt8]
  var version: UInt8 = 4
  var encapsulation = Encapsulation()

  var testDescription: String { name }
}

let v4 = ipBytes(packet(4))
let v6 = ipBytes(packet(6))
private let macs: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
private let snap: [UInt8] = [0xaa, 0xaa, 3, 0, 0, 0]

func ethernet(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] { macs + big(type) + payload }

/// Parts of a frame in a row; `+` over many literals keeps the compiler busy for minutes.
func join(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }

func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
func big(_ value: UInt32) -> [UInt8] { big(UInt16(value >> 16)) + big(UInt16(value & 0xffff)) }

/// An IPv4 packet from 192.0.2.1 to 192.0.2.2.
func outer4(_ next: UInt8, _ payload: [UInt8], id: UInt16 = 1, fragment: UInt16 = 0) -> [UInt8] {
  join(
    [0x45, 0], big(UInt16(payload.count + 20)), big(id), big(fragment), [64, next, 0, 0],
    [192, 0, 2, 1, 192, 0, 2, 2], payload)
}

/// An IPv6 packet from 2001:db8:ffff::1 to ::2.
func outer6(_ next: UInt8, _ payload: [UInt8], length: Int? = nil) -> [UInt8] {
  let address: [UInt8] = [0x20, 1, 0x0d, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  return join(
    [0x60, 0, 0, 0], big(UInt16(length ?? payload.count)), [next, 64], address, [1], address, [2], payload)
}

func udp(_ port: UInt16, _ payload: [UInt8], source: UInt16 = 50_000) -> [UInt8] {
  join(big(source), big(port), big(UInt16(payload.count + 8)), [0, 0], payload)
}

func tunnel(_ kind: Tunnel.Kind, _ id: UInt32? = nil, version: UInt8 = 4) -> Tunnel {
  let ends =
    version == 4
    ? [IPAddress(v4: 0xc000_0201), IPAddress(v4: 0xc000_0202)]
    : [1, 2].map { IPAddress(high: 0x2001_0db8_ffff_0000, low: $0) }
  return Tunnel(kind, id: id, source: ends[0], destination: ends[1], ipVersion: version)
}

/// `next` stands for what follows an extension header.
func extended(_ first: UInt8, _ headers: [UInt8]) -> [UInt8] {
  var bytes = v6
  let length = v6.count - 40 + headers.count
  bytes[4...5] = big(UInt16(length))[...]
  bytes[6] = first
  bytes.insert(contentsOf: headers, at: 40)
  return bytes
}

enum Kinds {
  static var all: [Kind] { links + tags + tunnels + udpTunnels + extensions }

  static let links: [Kind] = [
    Kind(name: "Ethernet", bytes: ethernet(0x0800, v4)),
    Kind(name: "Ethernet, IPv6", bytes: ethernet(0x86dd, v6), version: 6),
    Kind(name: "802.3, SNAP", bytes: ethernet(UInt16(v4.count + 8), join(snap, [8, 0], v4))),
    Kind(name: "802.3, LLC", bytes: ethernet(UInt16(v4.count + 3), join([6, 6, 3], v4))),
    Kind(
      name: "mPacket", linkType: .ethernetMPacket,
      bytes: join([0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5], ethernet(0x0800, v4))),
    Kind(name: "cooked", linkType: .linuxCooked, bytes: join([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0], v4)),
    Kind(
      name: "cooked 2", linkType: .linuxCooked2,
      bytes: join([0x86, 0xdd, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], v6), version: 6),
    Kind(name: "NULL, little-endian", linkType: .null, bytes: join([2, 0, 0, 0], v4)),
    Kind(name: "NULL, big-endian", linkType: .null, bytes: join([0, 0, 0, 2], v4)),
    Kind(name: "NULL, IPv6 of macOS", linkType: .null, bytes: join([30, 0, 0, 0], v6), version: 6),
    Kind(name: "LOOP, IPv6 of OpenBSD", linkType: .loop, bytes: join([0, 0, 0, 24], v6), version: 6),
    Kind(name: "RAW", linkType: .raw, bytes: v4),
    Kind(name: "RAW 12", linkType: .raw12, bytes: v6, version: 6),
    Kind(name: "RAW 14", linkType: .raw14, bytes: v4),
    Kind(name: "IPV4", linkType: .ipv4, bytes: v4),
    Kind(name: "IPV6", linkType: .ipv6, bytes: v6, version: 6),
    Kind(name: "PPP", linkType: .ppp, bytes: join([0, 0x21], v4)),
    Kind(name: "PPP, compressed protocol", linkType: .ppp, bytes: join([0x57], v6), version: 6),
    Kind(name: "PPP, HDLC framing", linkType: .pppSerial, bytes: join([0xff, 3, 0, 0x21], v4)),
    Kind(name: "PPP, Cisco's", linkType: .pppSerial, bytes: join([0x0f, 0, 8, 0], v4)),
    Kind(name: "PPP with direction", linkType: .pppWithDirection, bytes: join([1, 0xff, 3, 0, 0x21], v4)),
    Kind(
      name: "PPPoE", linkType: .pppoe, bytes: join([0x11, 0, 0, 7], big(UInt16(v4.count + 2)), [0, 0x21], v4),
      encapsulation: Encapsulation(tunnels: [Tunnel(.pppoe, id: 7)])),
    Kind(name: "C-HDLC", linkType: .ciscoHDLC, bytes: join([0x0f, 0, 8, 0], v4)),
    Kind(name: "FDDI", linkType: .fddi, bytes: join([0x50], macs, snap, [8, 0], v4)),
    // Family, version, resource; a prefix attribute of 5 bytes, padded; the payload.
    Kind(
      name: "NFLOG", linkType: .nflog,
      bytes: join([2, 0, 0, 0], [5, 0, 10, 0, 0, 0, 0, 0], [UInt8(v4.count + 4), 0, 9, 0], v4)),
    // A prefix attribute whose length has its zero byte elsewhere.
    Kind(
      name: "NFLOG, an attribute of 256 bytes", linkType: .nflog,
      bytes: join(
        [2, 0, 0, 0], [0, 1, 10, 0], [UInt8](repeating: 0x41, count: 252), [UInt8(v4.count + 4), 0, 9, 0], v4)),
    Kind(
      name: "NFLOG, big-endian, an attribute of 256 bytes", linkType: .nflog,
      bytes: join(
        [2, 0, 0, 0], [1, 0, 0, 10], [UInt8](repeating: 0x41, count: 252), [0, UInt8(v4.count + 4), 0, 9], v4)),
    Kind(
      name: "NFLOG, big-endian, IPv6", linkType: .nflog,
      bytes: join([10, 0, 0, 0], [0, 8, 0, 1, 0, 0, 0, 0], [0, UInt8(v6.count + 4), 0, 9], v6), version: 6),
    Kind(name: "ATM RFC 1483", linkType: .atmRFC1483, bytes: join(snap, [8, 0], v4)),
    Kind(name: "ATM CLIP", linkType: .atmCLIP, bytes: v4),
    Kind(name: "ATM CLIP, LLC", linkType: .atmCLIP, bytes: join(snap, [8, 0], v4)),
    Kind(name: "SLIP", linkType: .slip, bytes: join([0, 0x45], [UInt8](repeating: 0, count: 14), v4)),
    Kind(name: "ARCNET, RFC 1051", linkType: .arcnetLinux, bytes: join([1, 2, 0, 0, 240], v4)),
    Kind(name: "ARCNET, RFC 1201", linkType: .arcnetLinux, bytes: join([1, 2, 0, 0, 212, 0, 0, 9], v4)),
    Kind(
      name: "Juniper", linkType: .juniperEthernet,
      bytes: join([0x4d, 0x47, 0x43, 0x80, 0, 3, 9, 9, 9], ethernet(0x0800, v4))),
    Kind(
      name: "Juniper, no link header", linkType: .juniperEthernet, bytes: join([0x4d, 0x47, 0x43, 2, 0, 0, 0, 0], v4)),
    // Data, to the distribution system.
    Kind(name: "802.11", linkType: .ieee80211, bytes: join([8, 1, 0, 0], wlan, [0, 0], snap, [8, 0], v4)),
    Kind(
      name: "802.11, QoS, four addresses", linkType: .ieee80211,
      bytes: join([0x88, 3, 0, 0], wlan, [0, 0], [2, 0, 0, 0, 0, 1], [0, 0], snap, [8, 0], v4)),
    Kind(
      name: "802.11, aggregate", linkType: .ieee80211,
      bytes: join([0x88, 1, 0, 0], wlan, [0, 0], [0x80, 0], macs, [0, UInt8(v4.count + 8)], snap, [8, 0], v4)),
    // Flags field (bit 1) says that the header is padded to four bytes: QoS header of 26.
    Kind(
      name: "radiotap, padded", linkType: .radiotap,
      bytes: join([0, 0, 9, 0, 2, 0, 0, 0, 0x20], [0x88, 1, 0, 0], wlan, [0, 0], [0, 0, 0, 0], snap, [8, 0], v4)),
    Kind(
      name: "Prism", linkType: .prism,
      bytes: join([0x44, 0, 0, 0, 12, 0, 0, 0, 1, 2, 3, 4], [8, 1, 0, 0], wlan, [0, 0], snap, [8, 0], v4)),
    Kind(
      name: "AVS", linkType: .avs,
      bytes: join([0x80, 0x21, 0x10, 1, 0, 0, 0, 12, 1, 2, 3, 4], [8, 1, 0, 0], wlan, [0, 0], snap, [8, 0], v4)),
    Kind(name: "PPI", linkType: .ppi, bytes: join([0, 0, 8, 0, 1, 0, 0, 0], ethernet(0x0800, v4))),
  ]

  private static var wlan: [UInt8] { [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 8] }

  static let tags: [Kind] = [
    Kind(
      name: "802.1Q", bytes: ethernet(0x8100, join([0x20, 7, 8, 0], v4)), encapsulation: Encapsulation(vlans: [7])),
    Kind(name: "priority tag", bytes: ethernet(0x8100, join([0x60, 0, 8, 0], v4))),
    Kind(
      name: "QinQ, three kinds of tag", bytes: ethernet(0x88a8, join([0, 1, 0x91, 0, 0, 2, 0x92, 0, 0, 3, 8, 0], v4)),
      encapsulation: Encapsulation(vlans: [1, 2, 3])),
    Kind(name: "FabricPath", bytes: ethernet(0x8903, join([0, 0x40], ethernet(0x0800, v4)))),
    Kind(name: "802.1ah", bytes: ethernet(0x88e7, join([0, 0, 0, 9], ethernet(0x0800, v4)))),
    Kind(name: "VNTag", bytes: ethernet(0x8926, join([0, 0, 0, 9, 8, 0], v4))),
    Kind(name: "E-TAG", bytes: ethernet(0x893f, join([0, 0, 0, 9, 0, 0, 8, 0], v4))),
    Kind(
      name: "tag in cooked", linkType: .linuxCooked,
      bytes: join([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x81, 0, 0, 9, 8, 0], v4),
      encapsulation: Encapsulation(vlans: [9])),
    Kind(
      name: "PPPoE in a VLAN",
      bytes: ethernet(0x8100, join([0, 9, 0x88, 0x64], [0x11, 0, 1, 2], big(UInt16(v6.count + 2)), [0, 0x57], v6)),
      version: 6, encapsulation: Encapsulation(vlans: [9], tunnels: [Tunnel(.pppoe, id: 0x102)])),
    // Labels 16 and 17 (bottom).
    Kind(
      name: "MPLS", bytes: ethernet(0x8847, join([0, 1, 0, 64, 0, 1, 0x11, 64], v4)),
      encapsulation: Encapsulation(tunnels: [Tunnel(.mpls, id: 17)])),
    Kind(
      name: "MPLS, IPv6", bytes: ethernet(0x8848, join([0, 1, 0x11, 64], v6)), version: 6,
      encapsulation: Encapsulation(tunnels: [Tunnel(.mpls, id: 17)])),
    Kind(
      name: "pseudowire, control word",
      bytes: ethernet(0x8847, join([0, 1, 0x11, 64, 0, 0, 0, 5], ethernet(0x0800, v4))),
      encapsulation: Encapsulation(tunnels: [Tunnel(.mpls, id: 17)])),
    Kind(
      name: "pseudowire to a station that begins with 4",
      bytes: ethernet(0x8847, join([0, 1, 0x11, 64], [0x45], Array(ethernet(0x0800, v4).dropFirst()))),
      encapsulation: Encapsulation(tunnels: [Tunnel(.mpls, id: 17)])),
  ]
}
