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
        let time = entry.time.advanced(by: Int64(network) * 1000)
        let (seconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        for value in [UInt32(seconds), UInt32(rest), UInt32(bytes.count), UInt32(bytes.count)] {
          for shift in [0, 8, 16, 24] as [UInt32] { file.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }
        file += bytes
      }
    }
    return file
  }

  /// Below other tags, so that only the inner one differs where `outer` is given.
  private func tagged(_ frame: [UInt8], _ tags: [UInt16]) -> [UInt8] {
    frame[..<12] + tags.flatMap { [0x81, 0, UInt8($0 >> 8), UInt8($0 & 255)] } + frame[12...]
  }

  /// Ethernet, IPv4, UDP to 4789, VXLAN of that number; `reply` swaps the tunnel's ends.
  private func inVXLAN(_ frame: [UInt8], _ number: UInt8, reply: Bool) -> [UInt8] {
    let vxlan: [UInt8] = [8, 0, 0, 0, 0, 0, number, 0] + frame
    let udp: [UInt8] = [0xc0, 1, 0x12, 0xb5] + big(vxlan.count + 8) + [0, 0] + vxlan
    let ends: [[UInt8]] = [[192, 168, 0, 1], [192, 168, 0, 2]]
    let header: [UInt8] = [0x45, 0] + big(udp.count + 20) + [0, 1, 0, 0, 64, 17, 0, 0]
    return [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0] + header + ends[reply ? 1 : 0] + ends[reply ? 0 : 1] + udp
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
