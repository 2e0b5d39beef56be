import PacketScript
import Testing
import Wire

/// Field notes, trap 12.
@Suite struct QuoteTests {
  private static func error(_ version: UInt8, type: UInt8, code: UInt8, mtu: UInt32 = 0, quoted: Int = 8) -> [UInt8] {
    let about = packet(version, payload: 100)
    let router =
      version == 6
      ? Host(IPAddress(high: 0x2001_0db8_ffff_0000, low: 9), port: 0, ipVersion: 6)
      : Host(IPAddress(v4: 0xc633_6401), port: 0)
    var error = ICMPError(from: router, to: about.source, type: type, code: code, about: about)
    error.mtu = mtu
    error.quotedBytes = quoted
    return FrameBuilder().frame(error)
  }

  private static func quote(_ bytes: [UInt8]) -> QuotedError? {
    var decoder = Decoder()
    var segment = Segment()
    guard decoder.outcome(of: bytes, seconds: 3, number: 7, interface: 2, into: &segment) == .quotedError else {
      return nil
    }
    return decoder.quotedError
  }

  @Test(
    arguments: [
      (4, 3, 1), (4, 3, 4), (4, 4, 0), (4, 11, 0), (4, 12, 0), (6, 1, 0), (6, 2, 0), (6, 3, 0),
      (6, 4, 1),
    ] as [(UInt8, UInt8, UInt8)])
  func theQuotedSegmentIsTold(version: UInt8, type: UInt8, code: UInt8) throws {
    let mtu: UInt32 = (version, type) == (6, 2) || (version, type, code) == (4, 3, 4) ? 1280 : 0
    let error = try #require(Self.quote(Self.error(version, type: type, code: code, mtu: mtu)))
    let sent = packet(version)
    #expect(error.type == type && error.code == code && error.mtu == mtu && error.ipVersion == version)
    #expect(error.reporter.text(ipVersion: version) == (version == 6 ? "2001:db8:ffff::9" : "198.51.100.1"))
    #expect(error.quoted.source == sent.source.address && error.quoted.destination == sent.destination.address)
    #expect(error.quoted.sourcePort == 40_000 && error.quoted.destinationPort == 80)
    #expect(error.quoted.sequence.rawValue == 1000 && error.quoted.ipVersion == version)
    #expect(error.quoted.ipID == sent.ipID && error.quoted.ttl == 64)
    #expect(error.quoted.flags.isEmpty && error.quoted.options == .notCaptured)
    #expect(error.quoted.time.nanoseconds == 3_000_000_000 && error.quoted.packet.number == 7)
    #expect(error.quoted.ordinal == 7 && error.quoted.interface == 2)
  }

  /// RFC 1812 §4.3.2.3 asks for as much as fits.
  @Test func aLongQuoteTellsMore() throws {
    let error = try #require(Self.quote(Self.error(4, type: 3, code: 1, quoted: 60)))
    #expect(error.quoted.flags == [.psh, .ack] && error.quoted.acknowledgment.rawValue == 2000)
    #expect(error.quoted.payloadLength == 100 && error.quoted.wireLength == 140 && error.quoted.options.isEmpty)
  }

  @Test func anErrorInATunnelIsOne() throws {
    let bytes = Array(Self.error(4, type: 3, code: 1).dropFirst(14))
    var decoder = Decoder()
    var segment = Segment()
    #expect(decoder.outcome(of: ethernet(0x0800, outer4(4, bytes)), into: &segment) == .quotedError)
    let place = Int(decoder.quotedError.quoted.encapsulation)
    #expect(decoder.encapsulations[place].tunnels == [tunnel(.ipip)])
  }

  /// A router between the ends of a tunnel sees the outer packet, and may quote enough of it.
  @Test(arguments: Kinds.tunnels + Kinds.udpTunnels)
  func aQuotedTunnelIsWalkedThrough(_ kind: Kind) throws {
    // All but the Ethernet header; those in a packet of IPv6 are another message's.
    guard kind.bytes[12] == 8 else { return }
    let quote = Array(kind.bytes.dropFirst(14))
    let message = ethernet(0x0800, outer4(1, join([3, 1, 0, 0, 0, 0, 0, 0], quote)))
    var decoder = Decoder()
    var segment = Segment()
    #expect(decoder.outcome(of: message, into: &segment) == .quotedError)
    let quoted = decoder.quotedError.quoted
    #expect(quoted.sourcePort == 40_000 && quoted.destinationPort == 80 && quoted.sequence.rawValue == 1000)
    #expect(quoted.ipVersion == kind.version)
    #expect(decoder.encapsulations[Int(quoted.encapsulation)].tunnels == kind.encapsulation.tunnels)
    // The eight bytes that are promised end within the tunnel.
    let short = ethernet(0x0800, outer4(1, join([3, 1, 0, 0, 0, 0, 0, 0], Array(quote.prefix(28)))))
    let outcome = decode(short).outcome
    #expect(outcome == .notTCP || outcome == .quotedError)
  }

  /// A later fragment has no ports, UDP is no TCP, a redirect loses nothing.
  @Test func othersAreNotTold() {
    func message(_ type: UInt8, _ quote: [UInt8]) -> [UInt8] {
      ethernet(0x0800, outer4(1, join([type, 1, 0, 0, 0, 0, 0, 0], quote)))
    }
    #expect(decode(message(3, v4)).outcome == .quotedError)
    #expect(decode(message(3, outer4(6, v4, fragment: 5))).outcome == .notTCP)
    #expect(decode(message(3, outer4(17, udp(53, [])))).outcome == .notTCP)
    #expect(decode(message(5, v4)).outcome == .notTCP)
    let failure = DecodeFailure(.icmp, .headerCut, offset: 62, needed: 8, available: 4)
    #expect(decode(message(3, Array(v4.prefix(24)))).outcome == .skipped(failure))
  }
}
