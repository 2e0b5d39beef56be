import Audit
import PacketScript
import Testing

/// One stream, recorded on both sides of a device that rewrites its numbers: what is found is what is found on one of them.
@Suite("Behind a device that rewrites numbers")
struct RenumberedTests {
  private static let beginning = [
    (0, "C > S", "S 0"), (0.02, "S > C", "S. 0 ack 1"), (0.0203, "C > S", ". 1 ack 1"),
    (0.1, "C > S", "P. 1:301 ack 1"), (0.12, "S > C", ". 1:1449 ack 301"), (0.1205, "C > S", ". 301 ack 1449"),
    (0.15, "S > C", ". 1449:2897 ack 301"),
  ]
  private static let acknowledged = [(0.1505, "C > S", ". 301 ack 2897")]
  private static let closed = [
    (0.2, "S > C", "F. 2897 ack 301"), (0.2003, "C > S", "F. 301 ack 2898"), (0.22, "S > C", ". 2898 ack 302"),
  ]
  private static let cut = [(0.2, "S > C", "R. 2897 ack 301")]
  private static let aborted = [(0.2, "C > S", "R. 301 ack 2897")]
  private static let unheard = [0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6].map { ($0, "S > C", ". 1449:2897 ack 301") }

  /// ISNs behind the device; those before it are 1000 and 5,000,000.
  private static let devices: [(client: UInt32, server: UInt32)] = [
    (1000, 3_000_000_000), (2_000_001_000, 5_000_000), (3_000_000_000, 700_000_000), (4_000_000_000, 4_100_000_000),
    (1000, 20_000_000),
  ]

  private typealias Line = (time: Double, way: String, what: String)

  /// - Parameter device: nil where there is none.
  private static func script(_ lines: [Line], device: (client: UInt32, server: UInt32)?) -> String {
    var text = """
      host S = 10.0.0.2:2181 isn 5000000 ttl 63
      host Q = 10.0.0.1:40000 isn \(device?.client ?? 0) ttl 63
      host T = 10.0.0.2:2181 isn \(device?.server ?? 0) ttl 64

      """
    for (number, line) in lines.enumerated() {
      let isFromClient = line.way == "C > S"
      let words = "\(line.what) id \(line.what.hasPrefix("S. ") ? 0 : number + (isFromClient ? 100 : 9000))"
      let (outer, inner) = (line.way, isFromClient ? "Q > T" : "T > Q")
      let ways = device == nil ? [outer] : isFromClient ? [outer, inner] : [inner, outer]
      for (place, way) in ways.enumerated() { text += "\(1 + line.time + Double(place) * 0.00004) \(way) \(words)\n" }
    }
    return text
  }

  @Test(
    arguments: [
      (beginning + acknowledged + closed, nil), (beginning + cut, "transfer-truncated"),
      (beginning + acknowledged + aborted, "reset-unread"), (beginning + unheard, "peer-vanished"),
    ] as [([(Double, String, String)], String?)])
  func theSameIsFound(_ lines: [(Double, String, String)], _ rule: String?) throws {
    let expected = try audit(Self.script(lines, device: nil))
    #expect(expected.map(\.rule) == (rule.map { [$0] } ?? []))
    for device in Self.devices {
      let found = try audit(Self.script(lines, device: device))
      #expect(found.map(\.rule) == expected.map(\.rule), "\(device)")
      #expect(found.map(\.atFault) == expected.map(\.atFault), "\(device)")
      #expect(found.map(\.bytesLost) == expected.map(\.bytesLost), "\(device)")
    }
  }
}
