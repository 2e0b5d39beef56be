import PacketScript
import Testing
import Wire

@testable import Flow

/// Timestamps are whatever a file says: centuries apart, before 1970, at the ends of what 64 bits hold.
@Suite("Times that no clock had overflow nothing")
struct HostileTimesTests {
  /// The script, its last `moved` packets so many seconds later, and the recording until then.
  private func late(_ text: String, moved: Int, by seconds: Int64, until end: Int64) throws -> Facts {
    var segments = try PacketScript.parse(text).observations
    for place in segments.indices.suffix(moved) {
      switch segments[place] {
      case .segment(var segment):
        segment.time = segment.time.advanced(by: seconds * 1_000_000_000)
        segments[place] = .segment(segment)
      case .error(var error):
        error.quoted.time = error.quoted.time.advanced(by: seconds * 1_000_000_000)
        segments[place] = .error(error)
      }
    }
    var tracker = Tracker(TrackerOptions())
    let all = track(segments, &tracker, recordedUntil: Timestamp(nanoseconds: end * 1_000_000_000))
    #expect(all.count == 1)
    return try #require(all.first)
  }

  /// Thrice the gap between the SYN-ACKs is more than fits into 64 bits.
  @Test func aSYNACKThatIsRepeatedAfterACentury() throws {
    let text =
      handshake + """
        0.082 C > S P. 1:301
        1.080 S > C S. 0 ack 1
        3.080 S > C S. 0 ack 1
        """
    let facts = try late(text, moved: 1, by: 3_300_000_000, until: 9_000_000_000)
    #expect(facts.server.syn?.lastGap == 3_300_000_002_000_000_000)
    #expect(facts.socketState(of: .server) == .synReceived)
  }

  /// So is twice the gap between the SYNs.
  @Test func aRejectedSYNThatIsRepeatedAfterCenturies() throws {
    let text = "0 C > S S\n1 C > S S 0\n1.01 R > C icmp unreachable host for C > S\n"
    let facts = try late(text, moved: 2, by: 5_000_000_000, until: 9_000_000_000)
    #expect(facts.client.syn?.count == 2)
    #expect(facts.socketState(of: .client) == nil)
  }

  /// A regular series, and after all the time there is one more: no check that follows another.
  @Test func aHealthCheckAtTheEndOfTime() throws {
    var checks = HealthChecks()
    let client = IPAddress(v4: 0x0a00_0001)
    let service = Endpoint(address: IPAddress(v4: 0x0a00_0002), port: 80)
    var times = (0..<8).map { Int64.min + 500_000_000 * Int64($0) }
    times.append(.max)
    for (place, time) in times.enumerated() {
      _ = checks.learn(
        HealthChecks.Candidate(
          id: UInt64(place + 1), start: Timestamp(nanoseconds: time), client: client, service: service))
    }
    #expect(checks.count == 8)
  }
}
