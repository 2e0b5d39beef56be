import Engine
import PacketScript
import Testing
import Wire

/// Field notes, traps 4 and 11: the same connection in several wrappings.
@Suite("One connection, whatever is around its packets")
struct OneConnectionTests {
  private func connections(_ file: [UInt8]) throws -> [String] {
    let folder = Folder()
    return try json([folder.capture(file)]).filter { $0.hasPrefix(#"{"type":"connection""#) }
  }

  @Test("4: one direction is tagged, the other is not", arguments: ["C > S", "S > C"])
  func taggedOneWay(_ direction: String) throws {
    let plain = try PacketScript.parse(severalConnections)
    let tagged = try PacketScript.parse(
      severalConnections.split(separator: "\n").map {
        $0.contains(direction) ? "\($0) vlan 7" : String($0)
      }.joined(separator: "\n"))
    func withoutVLAN(_ line: String) -> String { line.replacing(try! Regex(#""vlan":[^,]*,"#), with: "") }
    let ours = try connections(tagged.pcap())
    #expect(ours.map(withoutVLAN) == (try connections(plain.pcap())).map(withoutVLAN))
    #expect(ours.contains { $0.contains(#""vlan":[7]"#) } == (direction == "C > S"))
  }

  /// The uplink has the packet in VXLAN, the container's interface has it bare, and the capture has both.
  @Test("11: seen inside and outside of a tunnel")
  func insideAndOutside() throws {
    // Without an identification a bare RST is no copy of another.
    let script = try PacketScript.parse(severalConnections.replacing("S R 6", with: "S R 6 id 77"))
    let bare = try connections(script.pcap())
    let both = try connections(Self.file(script) { [$0, Self.vxlan($0)] })
    #expect(both.count == bare.count)
    for (one, other) in zip(bare, both) {
      for field in ["packets", "wire_bytes", "payload_bytes", "retransmitted_packets", "state", "rules"] {
        let pattern = try Regex("\"\(field)\":[^,}]*")
        #expect(
          one.matches(of: pattern).map { $0.output[0].substring }
            == other.matches(of: pattern).map { $0.output[0].substring })
      }
      #expect(one.contains(#""duplicate_packets":0"#) && !other.contains(#""duplicate_packets":0"#))
    }
  }

  /// A classic file of what becomes of each frame, 5 µs apart.
  private static func file(_ script: PacketScript, _ frames: ([UInt8]) -> [[UInt8]]) -> [UInt8] {
    func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    var bytes = [0xa1b2_3c4d, 0x0004_0002, 0, 0, 262_144, 1].flatMap(little)
    for entry in script.captured {
      for (place, frame) in frames(script.frameBytes(entry)).enumerated() {
        let time = entry.time.nanoseconds + Int64(place) * 5000
        bytes += little(UInt32(time / 1_000_000_000)) + little(UInt32(time % 1_000_000_000))
        bytes += little(UInt32(frame.count)) + little(UInt32(frame.count)) + frame
      }
    }
    return bytes
  }

  /// VXLAN 42 from 192.0.2.1 to 192.0.2.2.
  private static func vxlan(_ frame: [UInt8]) -> [UInt8] {
    func big(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }
    let udp = big(50_000) + big(4789) + big(frame.count + 16) + [0, 0] + [8, 0, 0, 0, 0, 0, 42, 0] + frame
    let ip = [0x45, 0] + big(udp.count + 20) + [0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]
    return [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0] + ip + udp
  }
}
