import Audit
import Flow
import Testing
import Wire

@Suite("reset-forged, and what a route or a second capture does to a RST")
struct RouteTests {
  /// A route that changed, or a capture before a router and behind it: one or two hops more, and another router's address, prove
  /// nothing of who sent it (a device between is nearer). Nor do others in the next packet of that socket. From another beginning
  /// it is another stack.
  @Test(
    arguments: [
      ("R. 101 ttl 53", nil), ("R. 101 ttl 56 mac 02:00:00:00:00:99", nil),
      ("R. 101 ttl 53 id 7 mac 02:00:00:00:00:99", nil),
      ("R 101 ttl 53 mac 02:00:00:00:00:99", nil), ("R. 101 ttl 40", nil), ("R. 101 mac 02:00:00:00:00:99", nil),
      ("R. 101 ttl 40 id 7", .possible), ("R. 101 ttl 55 id 7", .possible),
      ("R. 101 ttl 55 id 7 mac 02:00:00:00:00:99", .possible), ("R 101 ttl 52", nil),
      ("R. 101 ttl 56", nil), ("R. 101 ttl 63", .possible), ("R. 101 ttl 63 mac 02:00:00:00:00:99", .possible),
      ("R. 101 ttl 40 id 7 mac 02:00:00:00:00:99", .possible),
      ("R. 101 id 7 mac 02:00:00:00:00:99", .possible), ("R. 101 ttl 120", .possible),
      ("R. 101 ttl 120 mac 02:00:00:00:00:99", .certain),
    ] as [(String, Confidence?)])
  func anotherRoute(_ reset: String, _ confidence: Confidence?) throws {
    let script = "host S = 10.0.0.2:2181 ttl 54\n" + atClient + ForgeryTests.talk + "9 S > C "
    #expect(try ForgeryTests.forged(script + reset)?.confidence == confidence)
  }

  /// Both ends in one file, and their clocks 5 s apart: what comes behind the RST was sent before it.
  @Test(arguments: [("51:101 id 501", false), ("101:151 id 503", true)])
  func copiesAreNoTalk(_ last: String, _ found: Bool) throws {
    let script = """
      0 C > S S
      0.0001 S > C S. id 499
      0.02 C > S .
      0.1 C > S P. 1:101
      0.12 S > C P. 1:51 id 500
      0.1201 S > C P. 51:101 id 501
      0.121 C > S . ack 101
      0.15 S > C R. 101 ack 101 id 502
      5 S > C S. id 499
      5.12 S > C P. 1:51 id 500
      5.1201 S > C P. \(last)
      """
    #expect((try ForgeryTests.forged(script) != nil) == found)
  }
}
