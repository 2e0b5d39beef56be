import Flow
import PacketScript
import Testing
import Wire

@Suite("Traps of field.md §5: frame, file and capture, as far as they reach the tracker")
struct TrapsOfTheCaptureTests {
  @Test("7: timestamps out of order never give negative times")
  func timestampsOutOfOrder() throws {
    let facts = try trackOne(
      """
      10.000 C > S S
      9.000 S > C S.
      9.001 C > S .
      8.000 C > S P. 1:101
      7.000 S > C . ack 101
      6.000 C > S F. 101
      5.000 S > C F. 1 ack 102
      4.000 C > S .
      """)
    #expect(facts.state == .closed)
    #expect(facts.duration == 0)
    #expect(facts.longestIdle == 0)
    #expect(facts.client.payloadBytes == 100)
    #expect((facts.serverLeg ?? 0) >= 0 && (facts.clientLeg ?? 0) >= 0)
  }

  @Test("8: a packet routed twice is seen twice, with its TTL one lower, and is one packet")
  func routedTwice() throws {
    let facts = try trackOne(
      handshake + """
        0.1000 C > S P. 1:101 id 77 ttl 64
        0.1001 C > S P. 1:101 id 77 ttl 63
        0.2 S > C . ack 101
        """)
    #expect(facts.client.duplicatePackets == 1)
    #expect(facts.client.retransmittedPackets == 0)
    #expect(facts.client.ttlRange == 64...64)
  }

  @Test("8: a retransmission has a new IP ID and is no copy, however soon it comes")
  func retransmissionIsNoCopy() throws {
    let facts = try trackOne(
      handshake + """
        0.1000 C > S P. 1:101
        0.1005 C > S P. 1:101
        0.2 S > C . ack 101
        """)
    #expect(facts.client.duplicatePackets == 0)
    #expect(facts.client.retransmittedPackets == 1)
  }

  @Test("8: a SYN-ACK has IP ID 0 always: repeated after a second it is no copy")
  func synAckWithoutIPID() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.1 S > C S.
      0.101 S > C S. 0
      1.1 S > C S. 0
      """)
    #expect(facts.server.duplicatePackets == 1)
    #expect(facts.server.synPackets == 2)
  }

  @Test("8: the same SYN-ACK in another VLAN, 50 ms later: no kernel repeats it so soon")
  func synAckTwiceWithin50Milliseconds() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.05 S > C S.
      0.10 S > C S. 0
      0.12 C > S .
      """)
    #expect(facts.server.duplicatePackets == 1)
    #expect(facts.server.retransmittedPackets == 0)
  }

  @Test("8: IPv6 has no identification: copies within a millisecond", arguments: [("0.1005", 1), ("0.1500", 0)])
  func copiesOverIPv6(second: String, copies: Int) throws {
    let facts = try trackOne(
      """
      host C = [2001:db8::1]:40000
      host S = [2001:db8::2]:443
      0.0 C > S S
      0.1 S > C S.
      0.1 C > S .
      0.1000 C > S P. 1:101 <noTS>
      \(second) C > S P. 1:101 <noTS>
      """)
    #expect(facts.client.duplicatePackets == UInt64(copies))
    #expect(facts.client.retransmittedPackets == UInt64(1 - copies))
  }

  @Test("9: a wrong checksum of an offloading host changes nothing")
  func offloadedChecksums() throws {
    let text = handshake + "0.1 C > S P. 1:101\n0.2 S > C . ack 101\n"
    let right = try trackOne(text)
    let wrong = try trackOne(text.replacing("1:101", with: "1:101 badsum"))
    #expect(right == wrong)
  }

  @Test("13: what the capture dropped is missing, and nobody's loss")
  func captureDrops() throws {
    let facts = try trackOne(
      handshake + """
        0.10 S > C P. 1:1001
        0.11 S > C P. 1001:5001/1000 lost
        0.20 S > C P. 5001:6001
        0.21 C > S . ack 6001
        """)
    #expect(facts.server.missingBytes == 4000)
    #expect(facts.server.unackedBytes == 0)
    #expect(facts.server.retransmittedPackets == 0)
  }

  @Test("14: silence at the end of the file is one transmission, not a train of them")
  func endOfTheFile() throws {
    let facts = try trackOne(handshake + "0.1 C > S P. 1:101\n")
    #expect(facts.client.unanswered?.sent.count == 1)
    #expect(facts.endedBecause == .endOfInput)
    #expect(facts.state == .established)
  }

  @Test("1: segments beyond the MSS, as offload shows them")
  func superSegments() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:60001
        0.2 S > C . ack 60001
        """)
    #expect(facts.client.payloadBytes == 60_000)
    #expect(facts.client.largestAcked == 60_000)
  }
}
