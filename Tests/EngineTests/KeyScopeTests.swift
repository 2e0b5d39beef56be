import Engine
import PacketScript
import Testing
import Wire

/// `--key-vlan`, `--key-tunnel`: the same addresses and ports at the same time in two networks are two connections.
@Suite("Identity beyond the 5-tuple")
struct KeyScopeTests {
  /// The conversation's packets, each followed by one of the other network's, 1 µs later.
  private func interleaved(_ wrap: (_ frame: [UInt8], _ network: Int, _ packet: TCPPacket) -> [UInt8]) throws -> [UInt8]
  {
    let script = try PacketScript.parse(healthy)
    // Another ISN: in one network it would be a mess of sequence numbers.
    let other = try PacketScript.parse("isn C 77000000\nisn S 99000000\n" + healthy)
    var file = Array(script.pcap().prefix(24))
    for pair in zip(script.captured, other.captured) {
      for (network, entry) in [pair.0, pair.1].enumerated() {
        guard case .tcp(let packet) = entry.content else { continue }
        let bytes = wrap(script.frameBytes(entry), network, packet)
        file += record(bytes, at: entry.time.advanced(by: Int64(network) * 1000))
      }
    }
    return file
  }

  /// Of a pcap file in nanoseconds.
  private func record(_ bytes: [UInt8], at time: Timestamp) -> [UInt8] {
    let (seconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let values = [UInt32(seconds), UInt32(rest), UInt32(bytes.count), UInt32(bytes.count)]
    let shifts: [UInt32] = [0, 8, 16, 24]
    return values.flatMap { value in shifts.map { UInt8(truncatingIfNeeded: value >> $0) } } + bytes
  }

  /// Below other tags, so that only the inner one differs where `outer` is given.
  private func tagged(_ frame: [UInt8], _ tags: [UInt16]) -> [UInt8] {
    frame[..<12] + tags.flatMap { [0x81, 0, UInt8($0 >> 8), UInt8($0 & 255)] } + frame[12...]
  }

  /// UDP to 4789, VXLAN of that number; `reply` swaps the tunnel's ends.
  private func inVXLAN(_ frame: [UInt8], _ number: UInt8, reply: Bool) -> [UInt8] {
    inUDP([8, 0, 0, 0, 0, 0, number, 0] + frame, to: 4789, reply: reply)
  }

  /// Ethernet, IPv4, UDP.
  private func inUDP(_ content: [UInt8], to port: Int, reply: Bool) -> [UInt8] {
    inIPv4([0xc0, 1] + big(port) + big(content.count + 8) + [0, 0] + content, 17, reply: reply)
  }

  private func inIPv4(_ content: [UInt8], _ transport: UInt8, reply: Bool) -> [UInt8] {
    let ends: [[UInt8]] = [[192, 168, 0, 1], [192, 168, 0, 2]]
    let header: [UInt8] = [0x45, 0] + big(content.count + 20) + [0, 1, 0, 0, 64, transport, 0, 0]
    return [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0] + header + ends[reply ? 1 : 0] + ends[reply ? 0 : 1] + content
  }

  /// Tunnels whose number is another in each direction: TEIDs and sessions that each end chooses, labels of one way.
  enum Asymmetric: CaseIterable {
    case gtp, mpls, l2tp, pptp
    /// The last hop of one direction takes the label off.
    case mplsOneWay
  }

  private func wrapped(_ frame: [UInt8], _ kind: Asymmetric, reply: Bool) -> [UInt8] {
    let number: UInt8 = reply ? 2 : 1
    let packet = Array(frame[14...])
    switch kind {
    case .gtp: return inUDP([0x30, 0xff] + big(packet.count) + [0, 0, 0, number] + packet, to: 2152, reply: reply)
    case .mplsOneWay where reply: return frame
    case .mpls, .mplsOneWay: return frame[..<12] + [0x88, 0x47, 0, 1, number << 4 | 1, 64] + packet
    case .l2tp: return inUDP([0, 2, 0, number, 0, number, 0xff, 3, 0, 0x21] + packet, to: 1701, reply: reply)
    case .pptp:
      let header = [0x30, 0x81, 0x88, 0x0b] + big(packet.count + 4) + [0, number, 0, 0, 0, 1, 0, 0, 0, 1]
      return inIPv4(header + [0xff, 3, 0, 0x21] + packet, 47, reply: reply)
    }
  }

  private func big(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

  private func audited(_ file: [UInt8], vlan: Bool = false, tunnel: Bool = false) throws -> (
    connections: [String], findings: Int
  ) {
    let folder = Folder()
    var options = RunOptions()
    options.keyVLAN = vlan
    options.keyTunnel = tunnel
    let lines = try json([folder.capture(file)], options)
    return (
      lines.filter { $0.hasPrefix(#"{"type":"connection""#) },
      lines.filter { $0.hasPrefix(#"{"type":"finding""#) }.count
    )
  }

  private func expectTwoHealthyOnes(_ result: (connections: [String], findings: Int)) {
    #expect(result.connections.count == 2)
    #expect(result.findings == 0)
    for line in result.connections {
      #expect(line.contains(#""state":"closed""#))
      #expect(!line.contains(#""retransmitted_packets":1"#))
      #expect(line.contains(#""payload_bytes":1000"#))
    }
  }

  @Test func aVLANIsANetworkWhereAsked() throws {
    let file = try interleaved { frame, network, _ in tagged(frame, [network == 0 ? 10 : 20]) }
    expectTwoHealthyOnes(try audited(file, vlan: true))
    expectTwoHealthyOnes(try audited(file, vlan: true, tunnel: true))
    #expect(try audited(file, tunnel: true).connections.count == audited(file).connections.count)
  }

  @Test func everyTagCounts() throws {
    expectTwoHealthyOnes(
      try audited(try interleaved { frame, network, _ in tagged(frame, [7, network == 0 ? 10 : 20]) }, vlan: true))
    expectTwoHealthyOnes(
      try audited(try interleaved { frame, network, _ in tagged(frame, network == 0 ? [] : [20]) }, vlan: true))
  }

  /// Both directions of a tunnel are one network, though its ends change places.
  @Test func aTunnelsNumberIsANetworkWhereAsked() throws {
    let file = try interleaved { frame, network, packet in
      inVXLAN(frame, network == 0 ? 1 : 2, reply: packet.source.port == 2181)
    }
    expectTwoHealthyOnes(try audited(file, tunnel: true))
    expectTwoHealthyOnes(try audited(file, vlan: true, tunnel: true))
    #expect(try audited(file, vlan: true).connections.count == audited(file).connections.count)
  }

  /// Or each connection would be two halves.
  @Test(arguments: Asymmetric.allCases) func aNumberOfOneDirectionIsNoNetwork(_ kind: Asymmetric) throws {
    let script = try PacketScript.parse(healthy)
    var file = Array(script.pcap().prefix(24))
    for entry in script.captured {
      guard case .tcp(let packet) = entry.content else { continue }
      file += record(wrapped(script.frameBytes(entry), kind, reply: packet.source.port == 2181), at: entry.time)
    }
    for tunnel in [false, true] {
      let result = try audited(file, tunnel: tunnel)
      #expect(result.connections.count == 1 && result.findings == 0, "\(result.connections)")
      #expect(result.connections.first?.contains(#""payload_bytes":1000"#) == true)
      #expect(result.connections.first?.contains(#""tunnel":null"#) == false)
    }
  }

  /// Without being asked, where a packet travelled is no part of what it is: the two directions may take different VLANs.
  @Test func aVLANIsNoNetworkUnlessAsked() throws {
    let script = try PacketScript.parse(healthy)
    var asymmetric = script
    asymmetric.entries = script.entries.map { entry in
      var entry = entry
      if case .tcp(var packet) = entry.content {
        packet.vlans = [packet.source.port == 2181 ? 20 : 10]
        entry.content = .tcp(packet)
      }
      return entry
    }
    let plain = try audited(asymmetric.pcap())
    #expect(plain.connections.count == 1)
    #expect(plain.findings == 0)
    #expect(try audited(asymmetric.pcap(), vlan: true).connections.count == 2)
  }
}
