import PacketScript
import Testing
import Wire

@testable import Capture

@Suite("What the kernel is asked for", .enabled(if: hasLibpcap, noLibpcap)) struct LiveFilterTests {
  private let script = """
    host D = [2001:db8::1]:40000
    host E = [2001:db8::2]:443
    0.1 C > S S
    0.2 S > C S.
    0.3 tick
    0.4 D > E S
    0.5 R > C icmp unreachable host for C > S
    0.6 R > C icmp 0 0 for C > S
    """

  private func passing(_ filter: LiveFilter, _ place: Int, _ script: PacketScript) throws -> [UInt64] {
    try Reading(script.pcap(), filter: filter.texts[place]).frames.map(\.packet.number)
  }

  /// TCP and the errors that may quote it; no datagram, no echo reply.
  @Test(arguments: [1, 101, 113, 276] as [UInt16]) func tcpAndErrors(_ linkType: UInt16) throws {
    var script = try PacketScript.parse(script)
    script.linkType = LinkType(rawValue: linkType)
    #expect(try passing(LiveFilter(), 1, script) == [1, 2, 4, 5])
    #expect(try passing(LiveFilter(user: "src port 40000"), 1, script) == [1, 4, 5])
    #expect(try passing(LiveFilter(user: "ip6"), 1, script) == [4, 5])
    #expect(try passing(LiveFilter(user: "  "), 1, script) == [1, 2, 4, 5])
  }

  @Test(arguments: [1, 2]) func belowTags(_ tags: Int) throws {
    var script = try PacketScript.parse(script)
    let vlans = (0..<tags).map { UInt16(10 + $0) }
    for place in script.entries.indices {
      guard case .tcp(var packet) = script.entries[place].content else { continue }
      packet.vlans = vlans
      script.entries[place].content = .tcp(packet)
    }
    #expect(try passing(LiveFilter(), 0, script) == [1, 2, 4, 5])
    #expect(try passing(LiveFilter(user: "port 2181"), 0, script) == [1, 2, 5])
  }

  /// Ports stand in the first fragment alone.
  @Test func fragments() throws {
    let script = try PacketScript.parse("0.1 C > S . 1:11")
    var later = script.frames[0]
    // Ethernet takes 14 bytes, and the fragment's offset lies at 6 of IPv4.
    later[14 + 6] = 0
    later[14 + 7] = 185
    var file = HandMade.pcapng()
    file.interface(1)
    for bytes in [script.frames[0], later] { file.packet(0, ticks: 1, bytes) }
    for user in [nil, "port 2181"] {
      for text in LiveFilter(user: user).texts {
        #expect(try Reading(file.bytes, filter: text).frames.count == 2)
      }
    }
  }

  /// The next header of IPv6 is the fragment's, and of no other protocol do they pass.
  @Test(arguments: [(6, true), (17, false)] as [(UInt8, Bool)]) func fragmentsOfIPv6(_ next: UInt8, _ passes: Bool)
    throws
  {
    var file = HandMade.pcapng()
    file.interface(101)
    let addresses = [UInt8](repeating: 0x20, count: 32)
    for offset in [1, 808] as [UInt16] {
      let packet: [UInt8] =
        [0x60, 0, 0, 0, 0, 48, 44, 64] + addresses
        + [next, 0, UInt8(offset >> 8), UInt8(offset & 0xff), 0, 0, 0, 77] + [UInt8](repeating: 0, count: 40)
      file.packet(0, ticks: 1, packet)
    }
    let text = LiveFilter(user: "port 2181").texts[1]
    #expect(try Reading(file.bytes, filter: text).frames.count == (passes ? 2 : 0))
  }

  @Test func tunnelsWhereTheyAreAskedFor() throws {
    for (number, isTunnel) in [(47, true), (4, true), (41, true), (17, false), (50, false)] as [(UInt8, Bool)] {
      var file = HandMade.pcapng()
      file.interface(101)
      let packet: [UInt8] =
        [0x45, 0, 0, 40, 0, 1, 0, 0, 64, number, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2] + [UInt8](repeating: 0, count: 20)
      file.packet(0, ticks: 1, packet)
      let without = try Reading(file.bytes, filter: LiveFilter().texts[1]).frames.count
      let with = try Reading(file.bytes, filter: LiveFilter(tunnels: true).texts[2]).frames.count
      #expect(without == 0 && with == (isTunnel ? 1 : 0), "protocol \(number)")
    }
  }
}
