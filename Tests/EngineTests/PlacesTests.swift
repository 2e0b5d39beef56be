import Audit
import Engine
import Flow
import PacketScript
import Testing
import Wire

@Suite("Inputs of several places are several views; parts of one recording are one")
struct PlacesTests {
  /// A reset in mid-transfer, and what an end sees of it that is that much closer to the server, behind a router.
  private func view(after milliseconds: Int64, hops: UInt8, offloads: Bool = false) throws -> PacketScript {
    var script = try PacketScript.parse(
      handshake + """
        0.100 C > S P. 1:101
        0.180 S > C . ack 101
        0.181 S > C P. 1:4001/1000 ack 101
        0.182 C > S . 101 ack 4001
        0.300 C > S P. 101:201 ack 4001
        0.380 S > C R 4001
        9 tick
        """)
    script.entries = script.entries.map { entry in
      var entry = entry
      entry.time = entry.time.advanced(by: milliseconds * 1_000_000)
      guard case .tcp(var packet) = entry.content else { return entry }
      packet.source.ttl -= hops
      if offloads { packet.badChecksum = true }
      entry.content = .tcp(packet)
      return entry
    }
    return script
  }

  private func audit(_ scripts: [PacketScript]) throws -> Records {
    let folder = Folder()
    return try records(scripts.map { folder.capture($0.pcap()) })
  }

  @Test(
    "a delay, a router or a network card between them: nothing is claimed",
    arguments: [(40, 0, false), (0, 2, false), (40, 2, true)] as [(Int64, UInt8, Bool)])
  func twoPlaces(after milliseconds: Int64, hops: UInt8, offloads: Bool) throws {
    let here = try view(after: 0, hops: 0)
    #expect(try !audit([here]).findings.isEmpty)
    let found = try audit([here, try view(after: milliseconds, hops: hops, offloads: offloads)])
    #expect(found.connections.count == 1 && found.findings.isEmpty)
    let finding = try #require(found.ofCapture.first { $0.rule == "capture-duplicated" })
    #expect(finding.severity == .warning && finding.summary.hasPrefix("1 connection is in several captures"))
  }

  /// A reset in mid-transfer over a path of 400 ms, as the client's end has it.
  private static let distant = """
    0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
    0.400 S > C S. <mss 1460,sackOK,TS,wscale 7>
    0.400 C > S . ack 1
    0.401 C > S P. 1:101
    0.801 S > C . ack 101
    0.802 S > C P. 1:4001/1000 ack 101
    0.803 C > S . 101 ack 4001
    0.900 C > S P. 101:201 ack 4001
    1.000 C > S R. 201 ack 4001
    9 tick
    """

  @Test("merged into one file: the TTL of what comes again tells", arguments: [110, 150, 190], [1, 2] as [UInt8])
  func merged(after milliseconds: Int64, hops: UInt8) throws {
    let here = try PacketScript.parse(Self.distant)
    var there = here
    there.entries = here.entries.map { entry in
      guard case .tcp(var packet) = entry.content else { return entry }
      var entry = entry
      let isOfClient = packet.destination.port == 2181
      entry.time = entry.time.advanced(by: (isOfClient ? milliseconds : -milliseconds) * 1_000_000)
      packet.source.ttl = isOfClient ? packet.source.ttl - hops : packet.source.ttl + hops
      entry.content = .tcp(packet)
      return entry
    }
    #expect(try !audit([here]).findings.isEmpty)
    var both = here
    both.entries = (here.entries + there.entries).sorted { $0.time < $1.time }
    let found = try audit([both])
    #expect(found.connections.count == 1 && found.findings.isEmpty)
    let finding = try #require(found.ofCapture.first { $0.rule == "capture-duplicated" })
    #expect(finding.severity == .warning && finding.summary.hasPrefix("1 connection is in this capture twice"))
  }

  /// A sender some of whose packets, its repetitions among them, take another way is no second place.
  @Test("one place: repetitions over another way")
  func ways() throws {
    var script = try PacketScript.parse(
      handshake + """
        0.100 C > S P. 1:101
        0.180 S > C . ack 101
        0.300 C > S P. 101:201
        0.600 C > S P. 101:201
        0.680 S > C . ack 201
        1.000 C > S P. 201:301
        1.300 C > S P. 201:301
        1.380 S > C . ack 301
        1.500 S > C R 1
        9 tick
        """)
    var client = 0
    script.entries = script.entries.map { entry in
      guard case .tcp(var packet) = entry.content, packet.destination.port == 2181 else { return entry }
      var entry = entry
      client += 1
      // Each second one: the repetitions are among them.
      packet.source.ttl -= UInt8(client % 2)
      entry.content = .tcp(packet)
      return entry
    }
    let found = try audit([script])
    #expect(found.facts.first?.client.retransmittedPackets == 2 && found.facts.first?.severalPlaces == false)
    #expect(!found.findings.isEmpty)
  }

  /// Some stacks send a datagram again as it is, and on one way there may be a router more.
  @Test("one place: the same packets again, of one side only") func sameDatagram() throws {
    let here = try PacketScript.parse(Self.distant)
    var again = here
    again.entries = here.entries.compactMap { entry in
      guard case .tcp(var packet) = entry.content, packet.destination.port == 2181 else { return nil }
      var entry = entry
      entry.time = entry.time.advanced(by: 150_000_000)
      packet.source.ttl -= 1
      entry.content = .tcp(packet)
      return entry
    }
    var both = here
    both.entries = (here.entries + again.entries).sorted { $0.time < $1.time }
    let found = try audit([both])
    #expect(found.facts.first?.severalPlaces == false && !found.findings.isEmpty)
  }

  @Test("the same place twice: a copy is a copy") func onePlace() throws {
    let found = try audit([try view(after: 0, hops: 0), try view(after: 0, hops: 0)])
    #expect(try found.findings.map(\.rule) == audit([view(after: 0, hops: 0)]).findings.map(\.rule))
    #expect(!found.findings.isEmpty)
    #expect(found.ofCapture.allSatisfy { $0.severity == .note })
  }

  /// At the cut, copies and retransmissions of what the first file holds are in the second.
  @Test("parts of one recording that holds all twice, behind a router", arguments: 1...25)
  func rotated(cut: Int) throws {
    var whole = try view(after: 0, hops: 0)
    whole.entries = (whole.entries + (try view(after: 5, hops: 1)).entries).sorted { $0.time < $1.time }
    var (first, second) = (whole, whole)
    first.entries = Array(whole.entries.prefix(cut))
    second.entries = Array(whole.entries.dropFirst(cut))
    let found = try audit([first, second])
    #expect(found.findings.map(\.rule) == (try audit([whole])).findings.map(\.rule))
    #expect(found.findings.count == 1 && found.ofCapture.allSatisfy { $0.severity == .note })
  }

  /// A reset in mid-transfer after losses; every packet takes the one link or the other.
  private let bonded =
    handshake + """
      0.100 C > S P. 1:101 iface 1
      0.180 S > C . ack 101
      0.181 S > C P. 1:1449 ack 101
      0.182 S > C P. 1449:2897 ack 101 iface 1
      0.183 S > C P. 2897:4345 ack 101 iface 1
      0.184 C > S . 101 ack 4345
      0.464 S > C P. 1449:2897 ack 101
      0.465 C > S . 101 ack 4345 iface 1
      0.764 S > C P. 2897:4345 ack 101
      0.765 C > S . 101 ack 4345
      0.800 C > S P. 101:201 ack 4345 iface 1
      0.880 S > C R 4345
      9 tick
      """

  @Test("the links of a bond: a retransmission is no copy") func bond() throws {
    let whole = try PacketScript.parse(bonded)
    let parts = [UInt16(0), 1].map { link in
      var part = whole
      part.entries = whole.entries.filter { entry in
        if case .tick = entry.content { true } else { entry.interface == link }
      }
      return part
    }
    let found = try audit(parts)
    #expect(try found.findings.map(\.rule) == audit([whole]).findings.map(\.rule))
    #expect(!found.findings.isEmpty && found.ofCapture.isEmpty)
    #expect(found.facts.first?.server.retransmittedPackets == 2 && found.facts.first?.severalPlaces == false)
  }

  @Test("a file for each direction") func directions() throws {
    let whole = try view(after: 0, hops: 0)
    let parts = [true, false].map { ofClient in
      var part = whole
      part.entries = whole.entries.filter { entry in
        guard case .tcp(let packet) = entry.content else { return true }
        return (packet.destination.port == 2181) == ofClient
      }
      return part
    }
    let found = try audit(parts).findings.map(\.rule)
    #expect(try found == audit([whole]).findings.map(\.rule) && !found.isEmpty)
  }
}
