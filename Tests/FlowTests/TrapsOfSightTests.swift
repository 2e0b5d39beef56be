import Flow
import PacketScript
import Testing
import Wire

@Suite("Traps of field.md §5: what one side, one direction, one subflow or one side of a NAT shows")
struct TrapsOfSightTests {
  @Test("24: what was selectively acknowledged has arrived; D-SACK says twice")
  func selectiveAcknowledgements() throws {
    let open = try trackOne(
      handshake + """
        0.100 C > S P. 1:1001
        0.101 C > S P. 1001:2001
        0.102 C > S P. 2001:3001
        0.180 S > C . ack 1 <sack 1001-3001>
        """)
    #expect(open.client.unackedBytes == 3000)
    #expect(open.client.sackedBytes == 2000)
    let twice = try trackOne(
      handshake + """
        0.100 C > S P. 1:1001
        0.300 C > S P. 1:1001
        0.380 S > C . ack 1001
        0.381 S > C . ack 1001 <sack 1-1001>
        """)
    #expect(twice.client.sackedBytes == 0)
    #expect(twice.client.ackedBytes == 1000)
  }

  /// A receiver may drop what it has selectively acknowledged (RFC 2018 §8): it has not been acknowledged until the cumulative ACK
  /// says so, and to send it again is to hear well.
  @Test("24: reneging: what was SACKed and comes again was not acknowledged in vain")
  func reneging() throws {
    let sent = handshake + "0.100 C > S P. 1:3001/1000\n0.180 S > C . ack 1 <sack 1001-3001>\n"
    let dropped = "0.4 C > S P. 1:1001\n0.48 S > C . ack 1001\n0.8 C > S P. 1001:2001\n1.6 C > S P. 1001:2001\n"
    let open = try trackOne(sent + dropped + "3.2 C > S P. 1001:2001\n")
    #expect(open.client.deaf == nil && open.client.unackedBytes == 2000)
    #expect(open.client.unanswered?.sent.count == 4)
    let healed = try trackOne(sent + dropped + "1.68 S > C . ack 2001\n1.7 C > S P. 2001:3001\n1.78 S > C . ack 3001\n")
    #expect(healed.client.deaf == nil && healed.client.unanswered == nil)
    #expect(healed.client.ackedBytes == 3000 && healed.client.unackedBytes == 0 && healed.client.sackedBytes == 0)
    #expect(healed.client.retransmittedPackets == 4)
  }

  @Test("24: an ACK that only moves the window is no repeated ACK of anything")
  func windowUpdates() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C . ack 101 win 500
        0.3 S > C . ack 101 win 600
        0.4 S > C . ack 101 win 700
        """)
    #expect(facts.server.keepalivePackets == 0)
    #expect(facts.server.lastWindow == 700)
    #expect(facts.server.retransmittedPackets == 0)
  }

  @Test("25: one direction, the hidden side is told by the ACKs and never accused")
  func oneDirection() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.2 C > S . 1 ack =5000001
      0.3 C > S P. 1:101 ack =5000001
      0.5 C > S . 101 ack =5002001
      0.6 C > S F. 101 ack =5002002
      0.8 C > S . 102 ack =5002003
      """)
    #expect(facts.server.packets == 0)
    #expect(facts.server.ackedBytes >= 2000)
    #expect(facts.server.resets == nil)
    #expect(facts.state != .attempted)
  }

  @Test("26: a subflow of MPTCP, and the reason in its RST")
  func multipath() throws {
    let facts = try trackOne(
      """
      0.0 C > S S <mss 1460,mptcp 0001>
      0.1 S > C S. <mss 1460,mptcp 0001>
      0.2 C > S . <mptcp 2000>
      0.3 C > S R. 1 <mptcp 8000>
      """)
    #expect(facts.client.mptcp && facts.server.mptcp)
    #expect(!facts.client.mptcpJoin && !facts.server.mptcpJoin)
    #expect(facts.client.resets?.first.options.contains(.mptcpSubflow) == true)
    let joined = try trackOne("0.0 C > S S <mss 1460,mptcp 10000102030405060708>")
    #expect(joined.client.mptcp && joined.client.mptcpJoin && !joined.server.mptcpJoin)
  }

  /// They stay two records, as each has a 4-tuple of its own, with its own losses: who reads a capture looks for both. That they
  /// are one is said of the later one when both have ended (`Twins`).
  @Test("27: both sides of a NAT in one capture are two records of one connection")
  func bothSidesOfANAT() throws {
    let all = try track(
      """
      host N = 192.0.2.1:61000 isn 1000
      0.000 C > S S
      0.001 N > S S
      0.080 S > N S. 0 ack 1
      0.081 S > C S. 0 ack 1
      0.082 C > S .
      0.083 N > S .
      """)
    #expect(all.count == 2)
    #expect(all[0].client.isn == all[1].client.isn)
    #expect(all.allSatisfy { $0.client.packets == 2 && $0.client.duplicatePackets == 0 })
    var twins = Twins()
    let first = twins.meet(all[0].brief)
    #expect(first == nil)
    twins.tell(0b101, of: all[0].brief)
    let sibling = twins.meet(all[1].brief)
    #expect(sibling?.id == all[0].id && sibling?.told == 0b101)
    #expect(twins.connections == 1 && twins.seenAgain == 1)
  }

  @Test("27: the latest are remembered, however many have ended")
  func manyConnections() throws {
    var facts = try #require(try track("0 C > S S\n0.08 S > C S.\n0.09 C > S .\n").first)
    var twins = Twins()
    for number in 1...200_000 as ClosedRange<UInt64> {
      facts.id = number
      facts.client.isn = SequenceNumber(UInt32(truncatingIfNeeded: number &* 0x9e37_79b1))
      let expected = twins.meet(facts.brief)
      #expect(expected == nil)
      guard number.isMultiple(of: 50_000) else { continue }
      let again = twins.meet(facts.brief)
      #expect(again?.id == number)
    }
    #expect(twins.seenAgain == 4)
  }
}
