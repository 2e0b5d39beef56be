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
    // What is dated before what it answers tells no distance.
    #expect(facts.serverLeg == nil && facts.clientLeg == 1_000_000)
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
    #expect(facts.client.ttlRange == 63...64)
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

  /// Requests and answers; the answers ten segments each.
  private static func talk(_ hosts: String = "", spacing: Double) -> String {
    var text = hosts + handshake
    for number in 0..<20 {
      let (time, asked, said) = (0.1 + Double(number) * 22 * spacing, number * 100, number * 1000)
      text += "\(time) C > S P. \(asked + 1):\(asked + 101) ack \(said + 1)\n"
      for part in 0..<10 {
        let (when, from) = (time + Double(2 * part + 1) * spacing, said + part * 100)
        text += "\(when) S > C . \(from + 1):\(from + 101) ack \(asked + 101)\n"
        text += "\(when + spacing) C > S . \(asked + 101) ack \(from + 101)\n"
      }
    }
    return text + "90 C > S F. 2001 ack 20001\n90.1 S > C F. 20001 ack 2002\n90.2 C > S . 2002 ack 20002\n"
  }

  private static let version6 = "host C = [2001:db8::1]:40000\nhost S = [2001:db8::2]:443\n"

  /// Every packet again, that much later.
  private func doubled(_ text: String, after seconds: Double) throws -> (once: Facts, twice: Facts) {
    var script = try PacketScript.parse(text)
    let once = try #require(track(script).first)
    script.entries += script.entries.map { entry in
      var copy = entry
      copy.time = entry.time.advanced(by: Int64(seconds * 1_000_000_000))
      return copy
    }
    // The sort is stable.
    script.entries.sort { $0.time < $1.time }
    let all = track(script)
    #expect(all.count == 1)
    return (once, try #require(all.first))
  }

  @Test(
    "8: every packet again later, with up to forty others between, is one packet",
    arguments: [
      (0.00001, 0.01, false), (0.002, 0.01, false), (0.005, 0.0005, false), (0.005, 0.000125, false),
      (0.09, 0.005, false),
      // Without an identification what came before the first copy was told can't be: none is between.
      (0.00001, 0.01, true), (0.002, 0.01, true),
    ])
  func everythingAgainLater(delay: Double, spacing: Double, isVersion6: Bool) throws {
    let (once, twice) = try doubled(Self.talk(isVersion6 ? Self.version6 : "", spacing: spacing), after: delay)
    for side in Side.allCases {
      #expect(twice[side].retransmittedPackets == 0 && twice[side].retransmittedBytes == 0)
      #expect(twice[side].synPackets == 1 && twice[side].finPackets == 1)
      #expect(twice[side].sentBytes == once[side].sentBytes && twice[side].payloadBytes == once[side].payloadBytes)
      // All copies but those of a few ACKs from before the first one was told.
      let packets = once[side].packets
      #expect(twice[side].packets == packets && twice[side].duplicatePackets == packets, "\(side)")
    }
  }

  /// Right after the first copy was told, what looks late may be what is missing.
  @Test("8: copies are known, and what was overtaken on its way is data all the same")
  func overtakenAmongCopies() throws {
    let facts = try trackOne(
      """
      0.000 C > S S id 7
      0.050 S > C S.
      0.050 C > S . id 8
      0.051 C > S S 0 id 7
      0.052 C > S P. 1:101 id 9
      0.053 C > S P. 201:301 id 11
      0.054 C > S P. 101:201 id 10
      0.055 C > S P. 1:101 id 9
      0.056 S > C . ack 301
      """)
    #expect(facts.client.duplicatePackets == 2)
    #expect(facts.client.payloadBytes == 300 && facts.client.missingBytes == 0)
    #expect(facts.client.retransmittedPackets == 0)
  }

  /// As macOS numbers packets: at random. The ACK of the SYN-ACK says what nobody has said.
  @Test("8: copies are known, and a lower identification makes no copy of a first ACK")
  func numberedAtRandom() throws {
    let facts = try trackOne(
      """
      0.000 C > S S id 57230
      0.050 C > S S 0 id 57230
      0.070 S > C S.
      0.071 C > S . id 52383
      0.072 C > S P. 1:101 id 19098
      0.090 C > S P. 1:101 id 1200
      0.140 S > C . ack 101
      """)
    #expect(facts.client.duplicatePackets == 1 && facts.client.retransmittedPackets == 1)
    #expect(facts.handshake.ack?.packet.number == 4)
  }

  @Test("8: a RST with data does not move SND.NXT, and its copy is one")
  func copyOfARSTWithData() throws {
    let reset = "0.2 C > S R. 101:105 id 8\n"
    let facts = try trackOne(handshake + "0.1 C > S P. 1:101 id 7\n" + reset + reset)
    #expect(facts.client.rstPackets == 1 && facts.client.duplicatePackets == 1)
  }

  @Test("8: over IPv6 a retransmission has another TSval, and the checksum says so", arguments: [true, false])
  func datedOverIPv6(isDated: Bool) throws {
    let options = isDated ? "" : " <noTS>"
    let facts = try trackOne(
      Self.version6 + handshake + """
        0.100 C > S P. 1:101\(options)
        0.103 C > S P. 1:101\(options)
        0.2 S > C . ack 101
        """)
    #expect(facts.client.duplicatePackets == 0 && facts.client.retransmittedPackets == 1)
  }

  @Test("8, 9: a checksum that is left to the network card says nothing of the TSval")
  func undatedByOffload() throws {
    let text = Self.version6 + handshake + "0.100 C > S P. 1:101\n0.103 C > S P. 1:101\n0.2 S > C . ack 101\n"
    let segments = try PacketScript.parse(text).segments.map { segment in
      var segment = segment
      let ends = [segment.source.high, segment.source.low, segment.destination.high, segment.destination.low]
      var sum = ends.reduce(6 + UInt64(segment.wireLength) - 40) { $0 + $1 >> 32 + $1 & 0xffff_ffff }
      while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
      segment.checksum = UInt16(sum)
      return segment
    }
    let facts = try #require(track(segments).first)
    #expect(facts.client.duplicatePackets == 0 && facts.client.retransmittedPackets == 1)
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
