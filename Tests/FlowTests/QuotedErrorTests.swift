import Flow
import PacketScript
import Testing
import Wire

@Suite("ICMP errors and whose they are (field.md, trap 12)")
struct QuotedErrorTests {
  @Test func aSYNThatAFirewallRejects() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.1 R > C icmp unreachable prohibited for C > S
      1.0 C > S S
      1.1 R > C icmp unreachable prohibited for C > S
      """)
    let notice = try #require(facts.icmp)
    #expect(notice.first.packet.number == 2)
    #expect(notice.count == 2)
    #expect(notice.type == 3 && notice.code == 13)
    #expect(notice.quoted == .client)
    #expect(notice.reporter == IPAddress(v4: 0x0a00_00fe))
    #expect(facts.client.packets == 2)
    #expect(facts.state == .attempted)
  }

  @Test func tooBigIsAboutTheServersData() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C . 1:1449 ack 101
        0.3 R > S icmp toobig 1400 for S > C
        """)
    #expect(facts.icmp?.quoted == .server)
    #expect(facts.icmp?.mtu == 1400)
  }

  @Test func overIPv6() throws {
    let facts = try trackOne(
      """
      host C = [2001:db8::1]:40000
      host S = [2001:db8::2]:443
      host R = [2001:db8::fe]:0
      0.0 C > S S
      0.1 R > C icmp unreachable port for C > S
      """)
    #expect(facts.icmp?.type == 1)
    #expect(facts.icmp?.code == 4)
    #expect(facts.icmp?.ipVersion == 6)
  }

  @Test func ofASideThatWasNotCaptured() throws {
    // Only the server's packets are here; the error quotes what the client must have sent.
    let facts = try trackOne(
      """
      0.0 C > S P. 1:1001 lost
      0.1 S > C . 1:1 ack 1001
      0.2 C > S P. 1001:2001 lost
      0.3 R > C icmp exceeded for C > S
      """)
    #expect(facts.icmp?.type == 11)
    let quoted = try #require(facts.icmp?.quoted)
    #expect(facts[quoted].packets == 0)
  }

  @Test func aQuoteOfWhatWasJustAcknowledgedIsBelieved() throws {
    let facts = try trackOne(
      handshake + """
        0.10 C > S P. 1:101
        0.18 S > C . ack 101
        0.19 R > C icmp exceeded for C > S last
        """)
    #expect(facts.icmp?.quoted == .client)
  }

  /// What nobody on the path can have seen lately: guessed or old.
  private static let strangers: [(name: String, change: @Sendable (inout QuotedError) -> Void)] = [
    ("a guessed sequence number", { $0.quoted.sequence = $0.quoted.sequence.advanced(by: 1 << 20) }),
    ("one below all that is outstanding", { $0.quoted.sequence = $0.quoted.sequence.advanced(by: -2001) }),
    ("another port", { $0.quoted.sourcePort = 4 }),
    ("another host", { $0.quoted.destination = IPAddress(v4: 1) }),
    ("IPv6 in place of IPv4", { $0.quoted.ipVersion = 6 }),
  ]

  @Test(arguments: strangers.indices) func forgedOnesTouchNothing(_ index: Int) throws {
    let script = try PacketScript.parse(
      handshake + """
        0.1 C > S P. 1:2001
        0.2 S > C . ack 2001
        0.3 C > S P. 2001:2101
        0.4 R > C icmp unreachable host for C > S
        """)
    var observations = script.observations
    guard case .error(var error)? = observations.popLast() else { throw Missing() }
    var undisturbed = Tracker(TrackerOptions())
    let before = track(observations, &undisturbed)
    Self.strangers[index].change(&error)
    var tracker = Tracker(TrackerOptions())
    let after = track(observations + [.error(error)], &tracker)
    #expect(after == before, "\(Self.strangers[index].name)")
    #expect(tracker.unmatchedErrors == 1)
  }

  @Test func staleOnesTouchNothing() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C . ack 101
        60 R > C icmp unreachable host for C > S last
        """)
    #expect(facts.icmp == nil)
  }

  @Test func theCapturesCopyOfAnErrorIsNoSecondError() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.1 R > C icmp unreachable host for C > S
      0.1 R > C icmp unreachable host for C > S
      """)
    #expect(facts.icmp?.count == 1)
  }

  @Test func aSYNOfANewIncarnationThatIsRejectedTakesItsErrorWithIt() throws {
    let all = try track(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        isn C 900000
        900 C > S S 0
        900.1 R > C icmp unreachable prohibited for C > S last
        901 C > S S 0
        """)
    #expect(all.count == 2)
    #expect(all.first?.icmp == nil)
    #expect(all.last?.icmp?.code == 13)
    #expect(all.last?.client.synPackets == 2)
  }

  @Test func aSYNOfANewIncarnationThatIsRefusedIsRefused() throws {
    let all = try track(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        isn C 900000
        900 C > S S 0
        900.1 S > C R. =0 ack 1
        """)
    #expect(all.count == 2)
    #expect(all.first?.state == .established)
    #expect(all.last?.state == .refused)
  }
}

struct Missing: Error {}
