import PacketScript
import Testing
import Wire

/// One frame that can't be understood, and what is said of it.
struct Broken: CustomTestStringConvertible, Sendable {
  var name: String
  var linkType = LinkType.ethernet
  var bytes: [UInt8]
  var failure: DecodeFailure

  init(_ name: String, _ bytes: [UInt8], _ failure: DecodeFailure) { self.init(name, .ethernet, bytes, failure) }

  init(_ name: String, _ linkType: LinkType, _ bytes: [UInt8], _ failure: DecodeFailure) {
    self.name = name
    self.linkType = linkType
    self.bytes = bytes
    self.failure = failure
  }

  var testDescription: String { name }
}

@Suite struct FailureTests {
  /// `v4` with other bytes at some places.
  private static func changed(_ changes: [(Int, UInt8)]) -> [UInt8] {
    var bytes = v4
    for (place, value) in changes { bytes[place] = value }
    return ethernet(0x0800, bytes)
  }

  private static func tags(_ count: Int, then type: UInt16 = 0x8100) -> [UInt8] {
    let tags = [[UInt8]](repeating: [0, 1, 0x81, 0], count: count - 1)
    return tags.flatMap { $0 } + [0, 1] + big(type)
  }

  static let broken: [Broken] = [
    Broken("empty", [], DecodeFailure(.link, .headerCut, needed: 14)),
    Broken("LINKTYPE 147", LinkType(rawValue: 147), v4, DecodeFailure(.link, .unknownLinkType, needed: 147)),
    Broken("raw, no IP", .raw, join([0x50], v4), DecodeFailure(.link, .wrongVersion, bound: .headerLength)),
    Broken(
      "tag cut", ethernet(0x8100, [0, 1]), DecodeFailure(.vlan, .headerCut, offset: 14, needed: 4, available: 2)),
    Broken(
      "tags without end", ethernet(0x8100, tags(100)), DecodeFailure(.tunnel, .tooDeep, offset: 14 + 4 * 64)),
    Broken(
      "MPLS cut", ethernet(0x8847, [0, 1]), DecodeFailure(.mpls, .headerCut, offset: 14, needed: 4, available: 2)),
    Broken(
      "labels without end", ethernet(0x8847, [UInt8](repeating: 0, count: 400)),
      DecodeFailure(.mpls, .tooDeep, offset: 14 + 4 * 61)),
    Broken("PPP, compressed TCP", .ppp, join([0, 0x2d], v4), DecodeFailure(.ppp, .opaque, offset: 2)),
    Broken(
      "PPPoE of version 2", ethernet(0x8864, join([0x12, 0, 0, 1, 0, 9, 0, 0x21], v4)),
      DecodeFailure(.ppp, .wrongVersion, offset: 14, bound: .headerLength)),
    Broken("MACsec", ethernet(0x88e5, v4), DecodeFailure(.link, .opaque, offset: 14)),
    Broken(
      "IPv4 cut", ethernet(0x0800, [0x45, 0]), DecodeFailure(.ipv4, .headerCut, offset: 14, needed: 20, available: 2)),
    Broken(
      "IPv4 of version 5", changed([(0, 0x55)]), DecodeFailure(.ipv4, .wrongVersion, offset: 14, bound: .headerLength)),
    Broken(
      "IHL 4", changed([(0, 0x44)]),
      DecodeFailure(.ipv4, .lengthTooSmall, offset: 14, needed: 20, available: 16, bound: .headerLength)),
    Broken(
      "header longer than total length", changed([(0, 0x4f), (3, 40)]),
      DecodeFailure(.ipv4, .headerTooLong, offset: 14, needed: 60, available: 40, bound: .ipv4TotalLength)),
    Broken("ESP", changed([(9, 50)]), DecodeFailure(.ipv4, .opaque, offset: 34, bound: .ipv4TotalLength)),
    Broken(
      "IPv6 cut", ethernet(0x86dd, [0x60, 0]), DecodeFailure(.ipv6, .headerCut, offset: 14, needed: 40, available: 2)),
    Broken(
      "IPv6 of version 4", ethernet(0x86dd, join([0x45], Array(v6.dropFirst()))),
      DecodeFailure(.ipv6, .wrongVersion, offset: 14, bound: .headerLength)),
    Broken(
      "hop-by-hop header beyond the payload", ethernet(0x86dd, outer6(0, [6, 9, 0, 0, 0, 0, 0, 0])),
      DecodeFailure(.ipv6Extension, .headerCut, offset: 54, needed: 80, available: 8, bound: .ipv6PayloadLength)),
    Broken(
      "ESP in IPv6", ethernet(0x86dd, outer6(50, v4)),
      DecodeFailure(.ipv6Extension, .opaque, offset: 54, bound: .ipv6PayloadLength)),
    Broken(
      "IPComp", ethernet(0x86dd, outer6(108, v4)),
      DecodeFailure(.ipv6Extension, .opaque, offset: 54, bound: .ipv6PayloadLength)),
    Broken(
      "GRE of version 2", ethernet(0x0800, outer4(47, join([0, 2, 8, 0], v4))),
      DecodeFailure(.tunnel, .wrongVersion, offset: 34, bound: .headerLength)),
    Broken(
      "GRE shorter than its flags say", ethernet(0x0800, outer4(47, [0xb0, 0, 8, 0, 0, 0])),
      DecodeFailure(.tunnel, .headerCut, offset: 34, needed: 16, available: 6, bound: .ipv4TotalLength)),
    Broken(
      "TCP in 12 bytes of IP", changed([(3, 32)]),
      DecodeFailure(.tcp, .headerCut, offset: 34, needed: 20, available: 12, bound: .ipv4TotalLength)),
    Broken(
      "data offset 4", changed([(32, 0x40)]),
      DecodeFailure(.tcp, .lengthTooSmall, offset: 34, needed: 20, available: 16, bound: .headerLength)),
    Broken(
      "data offset beyond the packet", changed([(32, 0xf0)]),
      DecodeFailure(.tcp, .headerTooLong, offset: 34, needed: 60, available: 25, bound: .headerLength)),
    Broken(
      "802.11, encrypted", .ieee80211, join([8, 0x41], [UInt8](repeating: 0, count: 60)),
      DecodeFailure(.link, .opaque)),
    Broken(
      "radiotap shorter than itself", .radiotap, [0, 0, 4, 0, 0, 0, 0, 0],
      DecodeFailure(.link, .lengthTooSmall, needed: 8, available: 4, bound: .headerLength)),
    Broken(
      "NFLOG attribute of no length", .nflog, join([2, 0, 0, 0, 0, 0, 9, 0], v4),
      DecodeFailure(.link, .lengthTooSmall, offset: 4, needed: 4, available: 0, bound: .headerLength)),
  ]

  @Test(arguments: broken)
  func theFailureIsNamed(in frame: Broken) {
    #expect(decode(frame.bytes, frame.linkType).outcome == .skipped(frame.failure))
  }

  @Test func tunnelsInTunnelsEnd() {
    var bytes = v4
    for _ in 0..<40 { bytes = outer4(4, bytes) }
    #expect(
      decode(ethernet(0x0800, bytes)).outcome
        == .skipped(DecodeFailure(.tunnel, .tooDeep, offset: 14 + 32 * 20, bound: .ipv4TotalLength)))
    #expect(decode(ethernet(0x0800, outer4(4, outer4(4, v4)))).outcome == .segment)
  }

  /// More tags and tunnels than are shown: the packet is a connection's all the same.
  @Test func whatIsNotShownIsWalkedThrough() {
    var decoder = Decoder()
    var segment = Segment()
    #expect(decoder.outcome(of: ethernet(0x8100, join(Self.tags(20, then: 0x0800), v4)), into: &segment) == .segment)
    #expect(segment.sourcePort == 40_000)
    #expect(decoder.encapsulations[Int(segment.encapsulation)].vlans == [UInt16](repeating: 1, count: 10))
    var bytes = v4
    for _ in 0..<12 { bytes = outer4(4, bytes) }
    #expect(decoder.outcome(of: ethernet(0x0800, bytes), into: &segment) == .segment)
    #expect(decoder.encapsulations[Int(segment.encapsulation)].tunnels == [Tunnel](repeating: tunnel(.ipip), count: 6))
  }

  /// Understood, and no TCP: no reproach.
  @Test(
    arguments: [
      ("ARP", ethernet(0x0806, [UInt8](repeating: 0, count: 28))),
      ("UDP", ethernet(0x0800, outer4(17, udp(53, v4)))),
      ("IGMP", ethernet(0x0800, outer4(2, v4))),
      ("spanning tree", ethernet(38, join([0x42, 0x42, 3], [UInt8](repeating: 0, count: 40)))),
      ("Cisco discovery", ethernet(60, join([0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0], v4))),
      ("no next header", ethernet(0x86dd, outer6(59, v4))),
      ("PPPoE discovery", ethernet(0x8863, v4)),
      ("GRE, unknown protocol", ethernet(0x0800, outer4(47, join([0, 0, 0x99, 0x99], v4)))),
      ("PPTP acknowledgment", ethernet(0x0800, outer4(47, [0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 1, 0, 0, 0, 1]))),
      ("ICMP echo", ethernet(0x0800, outer4(1, join([8, 0, 0, 0], v4)))),
    ] as [(String, [UInt8])])
  func othersAreNoTCP(name: String, bytes: [UInt8]) {
    #expect(decode(bytes).outcome == .notTCP)
  }

  /// Datagrams that happen to use a tunnel's port: the inside is none.
  @Test(arguments: [UInt16(4789), 8472, 4790, 6081, 2152, 3544, 5072, 1701])
  func aPortIsNoProof(port: UInt16) {
    func many(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }
    let insides: [[UInt8]] = [
      [], [0x40], Array("GET / HTTP/1.1\r\n".utf8), many(0, 100), many(0xff, 100),
      // QUIC, a DNS query.
      join([0xc3, 0, 0, 0, 1, 8], many(0x5a, 1200)),
      [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 0x77, 0x77, 0x77, 0, 0, 1, 0, 1],
      // Headers of a tunnel, and nothing sensible in it.
      join([8, 0, 0, 0, 0, 0, 42, 0], many(0x45, 80)),
      join([0x30, 255, 0, 80, 0, 0, 0, 1], many(0x45, 80)),
      join([0, 2, 0, 1, 0, 1, 0xff, 3, 0, 0x21], many(0x46, 30)),
      join([0x60], many(6, 60)),
    ]
    for inside in insides {
      #expect(decode(ethernet(0x0800, outer4(17, udp(port, inside)))).outcome == .notTCP, "\(inside)")
    }
  }
}
