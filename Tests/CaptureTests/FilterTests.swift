import PacketScript
import Testing
import Wire

@testable import Capture

@Suite(.enabled(if: hasLibpcap, noLibpcap)) struct FilterTests {
  private let script = """
    0.1 C > S S
    0.2 S > C S.
    0.3 tick
    0.4 C > S . 1:11
    0.5 C > S F.
    """

  @Test(
    arguments: [
      ("tcp", [1, 2, 4, 5]), ("udp", [3]), ("tcp[tcpflags] & tcp-fin != 0", [5]), ("src port 2181", [2]),
      ("tcp[tcpflags] = tcp-syn", [1]), ("ip6", []), ("", [1, 2, 3, 4, 5]),
    ] as [(String, [UInt64])])
  func numbersStay(filter: String, numbers: [UInt64]) throws {
    for linkType: UInt16 in [1, 101, 113, 276] {
      var script = try PacketScript.parse(script)
      script.linkType = LinkType(rawValue: linkType)
      let reading = try Reading(script.pcapng(), filter: filter)
      #expect(reading.errors == [])
      #expect(reading.frames.map(\.packet.number) == numbers)
      #expect(reading.frames.map(\.ordinal) == numbers)
      #expect(reading.frameCount == 5)
    }
  }

  @Test(arguments: ["tcp and", "hosst 1.2.3.4", "port 99999999", "((tcp)"])
  func mistakesAreToldBeforeAnythingIsRead(filter: String) throws {
    let error = #expect(throws: FilterError.self) { try Reading(paths: ["/does/not/exist"], filter: filter) }
    #expect(error?.filter == filter)
    #expect(error?.cause.isEmpty == false)
  }

  /// Only 802.11 has management frames.
  @Test func whatTheLinkTypeDoesNotKnow() throws {
    let script = try PacketScript.parse(script)
    #expect(throws: FilterError.self) { try Reading(script.pcap(), filter: "type mgt") }
  }

  /// The second interface is one that the filter does not fit: that input ends, and the error says why.
  @Test func anInterfaceThatComesLater() throws {
    var file = HandMade.pcapng()
    file.interface(105)
    file.packet(0, ticks: 1, [UInt8](repeating: 0, count: 40))
    file.interface(1)
    file.packet(1, ticks: 2, [1])
    let reading = try Reading(file.bytes, filter: "type mgt")
    #expect(reading.frames.count == 1)
    #expect(reading.errors.count == 1)
    #expect(reading.errors.first?.cause.contains("interface 1") == true)
  }

  /// Each link type has its own program: the port lies elsewhere.
  @Test func mixedLinkTypes() throws {
    var file = HandMade.pcapng()
    file.interface(1)
    file.interface(101)
    for (index, linkType) in ([1, 101] as [UInt16]).enumerated() {
      var script = try PacketScript.parse(script)
      script.linkType = LinkType(rawValue: linkType)
      for entry in script.captured { file.packet(UInt32(index), ticks: 1, script.frameBytes(entry)) }
    }
    let reading = try Reading(file.bytes, filter: "src port 2181")
    #expect(reading.frames.map(\.packet.number) == [2, 7])
  }

  @Test func devices() throws {
    let devices = try CaptureDevice.all()
    let loopback = try #require(devices.first { $0.isLoopback })
    #expect(loopback.name == "lo")
    #expect(!loopback.isUp || loopback.addresses.contains("127.0.0.1") || loopback.addresses.contains("::1"))
  }

  @Test(arguments: [
    ("CapEff:\t0000000000002000\n", true), ("CapEff:\t000001ffffffffff\n", true),
    ("CapEff:\t0000000000000000\n", false),
    ("CapEff:\t0000000000001000\n", false), ("CapEff:\n", false),
  ])
  func theRightToCapture(line: String, may: Bool) { #expect(CaptureDevice.hasNetRaw(line) == may) }
}
