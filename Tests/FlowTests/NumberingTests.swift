import Flow
import PacketScript
import Testing
import Wire

/// Sequence numbers of one 4-tuple that are not of one stream: what lies between them nobody sent.
@Suite("Several numberings under one 4-tuple")
struct NumberingTests {
  /// What stands between the ends, adds to the numbers of either side, and the capture has both of its sides.
  struct Device: CustomTestStringConvertible {
    var client: UInt32 = 0
    var server: UInt32 = 0
    var isWide: Bool { [client, server].contains { abs(Int64(Int32(bitPattern: $0))) > 4 << 20 } }
    var testDescription: String { "client + \(client), server + \(server)" }
  }

  /// A request and its reply, four times, `pause` s apart; each packet on both sides of the device, as late as a router has it.
  private static func exchange(_ device: Device, from first: Int, pause: Double) -> [Segment] {
    var wire = Wire(device: device)
    wire.send(.syn, fromClient: true)
    wire.send([.syn, .ack], fromClient: false, after: 0.02)
    wire.send(.ack, fromClient: true)
    for _ in 0..<4 {
      wire.send([.ack, .psh], fromClient: true, length: 300, after: pause)
      for _ in 0..<3 { wire.send(.ack, fromClient: false, length: 1448, after: 0.02) }
      wire.send(.ack, fromClient: true)
    }
    wire.send([.ack, .fin], fromClient: false, after: 0.02)
    wire.send([.ack, .fin], fromClient: true)
    wire.send(.ack, fromClient: false, after: 0.02)
    return Array(wire.segments[first...])
  }

  private static let devices: [Device] = {
    let shifts: [UInt32] = [
      300_000, 5_000_000, 14_000_000, 30_000_000, 700_000_000, 1_300_000_000, 3_000_000_000, 3_600_000_000,
      4_290_000_000, 1 << 31,
    ]
    return shifts.flatMap { shift in
      [
        Device(client: shift), Device(server: shift), Device(client: shift, server: shift),
        Device(client: shift, server: 0 &- shift), Device(client: shift, server: 2_000_000_000),
      ]
    }
  }()

  @Test("behind a device that rewrites numbers nothing was lost", arguments: devices)
  func bothSidesOfADevice(_ device: Device) {
    for pause in [0.001, 0.3, 5] {
      let whole = track(NumberingTests.exchange(device, from: 0, pause: pause))
      #expect(whole.allSatisfy { $0.client.missingBytes == 0 && $0.server.missingBytes == 0 }, "\(pause) s")
      // Which of the two a packet is of is clear where they are farther apart than what is in flight.
      if device.isWide {
        #expect(whole.count == 1 && !whole[0].isMixed, "\(pause) s")
        #expect(whole[0].client.payloadBytes == 1200 && whole[0].server.payloadBytes == 17_376, "\(pause) s")
        #expect(whole[0].client.fin?.acked != nil && whole[0].server.fin?.acked != nil, "\(pause) s")
      } else {
        #expect(whole.contains { $0.isMixed }, "\(pause) s")
      }
      // Without the handshake.
      let rest = track(NumberingTests.exchange(device, from: 6, pause: pause))
      #expect(rest.allSatisfy { $0.client.missingBytes == 0 && $0.server.missingBytes == 0 }, "\(pause) s, midstream")
      #expect(rest.contains { $0.isMixed }, "\(pause) s, midstream")
    }
  }

  @Test("a device that leaves them makes copies", arguments: [0.001, 0.3])
  func copies(_ pause: Double) {
    let all = track(NumberingTests.exchange(Device(), from: 0, pause: pause))
    #expect(all.count == 1 && !all[0].isMixed)
    #expect(all[0].client.duplicatePackets == 11 && all[0].server.duplicatePackets == 15)
  }

  /// Of each direction the capture has another side of the device: what the one acknowledges the other never sent.
  @Test func eachDirectionOnItsOwnSide() throws {
    let facts = try trackOne(
      """
      host Q = 10.0.0.1:40000 isn 6000000
      0 C > S S
      0.02 S > Q S. 0 ack =6000001
      0.021 C > S . 1 ack 1
      0.1 C > S P. 1:301 ack 1
      0.12 S > Q . 1:1449 ack =6000301
      0.121 C > S . 301 ack 1449
      """)
    #expect(facts.isMixed && facts.client.missingBytes == 0 && facts.server.missingBytes == 0)
  }

  // MARK: Two lives

  private static let firstLife = """
    0 C > S S
    0.02 S > C S.
    0.021 C > S .
    0.1 C > S P. 1:301
    0.12 S > C P. 1:2001 ack 301
    0.121 C > S . 301 ack 2001

    """

  /// The capture has neither the FINs of the first nor the SYNs of the second.
  @Test(
    "between two lives nothing was lost",
    arguments: [
      // As far as a clock of 64 ns has come (Linux), or anywhere.
      (0.5, 7_800_000, 7_800_000), (3, 46_900_000, 46_900_000), (205, 3_203_000_000, 3_203_000_000),
      (0.5, 2_000_000_000, 700_000_000),
    ] as [(Double, UInt32, UInt32)])
  func twoLives(_ pause: Double, _ client: UInt32, _ server: UInt32) throws {
    let start = 0.121 + pause
    let all = try track(
      NumberingTests.firstLife + """
        isn C \(1000 &+ client)
        isn S \(5_000_000 &+ server)
        \(start) C > S P. 1:301 ack 1
        \(start + 0.02) S > C P. 1:2001 ack 301
        \(start + 0.021) C > S . 301 ack 2001
        \(start + 0.1) C > S P. 301:601 ack 2001
        \(start + 0.12) S > C P. 2001:3001 ack 601
        \(start + 0.121) C > S F. 601 ack 3001
        \(start + 0.14) S > C F. 3001 ack 602
        \(start + 0.141) C > S . 602 ack 3002
        """)
    #expect(all.allSatisfy { $0.isMixed && $0.client.missingBytes == 0 && $0.server.missingBytes == 0 })
  }

  /// A recording that paused lost much of both directions: the stream had the time.
  @Test(arguments: [(0.004, 5_000_000), (2, 17_000_000), (3, 60_000_000)] as [(Double, UInt32)])
  func aPauseOfTheRecorder(_ pause: Double, _ bytes: UInt32) throws {
    let start = 0.121 + pause
    let (ours, theirs) = (301 + bytes, 2001 + 2 * bytes)
    let all = try track(
      NumberingTests.firstLife + """
        \(start) C > S P. \(ours):\(ours + 300) ack \(theirs)
        \(start + 0.02) S > C P. \(theirs):\(theirs + 1000) ack \(ours + 300)
        \(start + 0.021) C > S . \(ours + 300) ack \(theirs + 1000)
        \(start + 0.121) C > S F. \(ours + 300) ack \(theirs + 1000)
        \(start + 0.14) S > C F. \(theirs + 1000) ack \(ours + 301)
        \(start + 0.141) C > S . \(ours + 301) ack \(theirs + 1001)
        """)
    #expect(all.count == 1)
    #expect(all.allSatisfy { !$0.isMixed && $0.client.missingBytes == bytes && $0.server.missingBytes == 2 * bytes })
  }

  /// Behind a RST both numbers have gone on as far as the clock that gives them.
  @Test("a life soon behind a RST", arguments: [0.05, 0.1, 0.25])
  func behindAReset(_ pause: Double) throws {
    let ahead = UInt32(pause / 64e-9)
    let all = try track(
      NumberingTests.firstLife + """
        0.13 S > C R. 2001 ack 301
        isn C \(1000 + ahead)
        isn S \(5_000_000 + ahead)
        \(0.13 + pause) C > S . 1 ack 1
        \(0.131 + pause) C > S P. 1:301 ack 1
        \(0.15 + pause) S > C P. 1:2001 ack 301
        \(0.151 + pause) C > S . 301 ack 2001
        """)
    #expect(all.allSatisfy { $0.isMixed || ($0.client.missingBytes == 0 && $0.server.missingBytes == 0) })
    #expect(all.contains { $0.isMixed })
  }

  /// The next life begins before the last one has quite ended, and its SYN is recorded behind its answer.
  @Test func anAnswerThatHasOvertakenItsSYN() throws {
    let all = try track(
      NumberingTests.firstLife + """
        0.2 S > C F. 2001 ack 301
        isn C 100000
        isn S 5100000
        0.2205 S > C S. 0 ack 1
        isn C 1000
        isn S 5000000
        0.2206 C > S F. 301 ack 2002
        0.2207 S > C . 2002 ack 302
        isn C 100000
        isn S 5100000
        0.2208 C > S S 0
        0.2209 C > S . 1 ack 1
        0.23 C > S P. 1:301 ack 1
        0.25 S > C P. 1:2001 ack 301
        0.251 C > S . 301 ack 2001
        """)
    #expect(all.count == 2)
    #expect(all.allSatisfy { $0.client.missingBytes == 0 && $0.server.missingBytes == 0 && !$0.isMixed })
    #expect(all.map(\.client.payloadBytes) == [300, 300] && all.map(\.server.payloadBytes) == [2000, 2000])
  }

  /// An answer to a SYN of long ago leads to nothing.
  @Test func anAnswerThatComesLate() throws {
    let facts = try trackOne(
      """
      0 C > S S
      0.001 S > C S. =77000000 ack =88000000
      0.02 S > C S. 0 ack 1
      0.021 C > S . 1 ack 1
      0.1 C > S P. 1:301 ack 1
      0.12 S > C P. 1:2001 ack 301
      0.121 C > S . 301 ack 2001
      """)
    #expect(facts.server.isn == SequenceNumber(5_000_000) && facts.server.payloadBytes == 2000)
    #expect(facts.client.missingBytes == 0 && facts.server.missingBytes == 0 && !facts.isMixed)
  }

  // MARK: What stays a gap

  /// One side's stream stands on one side of the gap before it and on the other afterwards, and it had the time.
  @Test(
    "a gap in the recording is told",
    arguments: [(4_250_000, 0.034), (7_500_000, 0.06), (15_000_000, 0.1), (125_000_000, 10), (1_250_000_000, 10)])
  func aPausedRecorder(_ bytes: Int64, _ pause: Double) throws {
    let next = 2001 + bytes
    let facts = try trackOne(
      NumberingTests.firstLife + """
        \(0.13 + pause) S > C . \(next):\(next + 1448) ack 301
        \(0.1301 + pause) S > C . \(next + 1448):\(next + 2896) ack 301
        \(0.1302 + pause) C > S . 301 ack \(next + 2896)
        \(0.14 + pause) S > C . \(next + 2896):\(next + 4344) ack 301
        \(0.1401 + pause) C > S . 301 ack \(next + 4344)
        """)
    // The first that is so far on is believed when the second agrees.
    let isDistrusted = bytes > 16 << 20
    #expect(!facts.isMixed && facts.server.missingBytes == UInt64(bytes + (isDistrusted ? 1448 : 0)))
  }

  /// Each side lacks megabytes, but not at one time.
  @Test func gapsOfBothSides() throws {
    let facts = try trackOne(
      NumberingTests.firstLife + """
        1 C > S . 8000301:8001749 ack 2001
        1.02 S > C . 2001 ack 8001749
        2 S > C . 2001:3449 ack 8001749
        2.01 C > S . 8001749:8003197 ack 3449
        3 S > C . 9003449:9004897 ack 8003197
        3.01 C > S . 8003197 ack 9004897
        """)
    #expect(!facts.isMixed && facts.client.missingBytes == 8_000_000 && facts.server.missingBytes == 9_000_000)
  }

  /// From before the SYN there is nothing to be lost.
  @Test(arguments: [1_000_000, 500_000_000]) func aStrayFromBeforeTheSYN(_ before: UInt32) throws {
    let facts = try trackOne(
      """
      host C = 10.0.0.1:40000 isn 600000000
      """ + "\n" + NumberingTests.firstLife + """
        0.2 C > S P. =\(600_000_000 - before):=\(600_000_300 - before) ack 2001
        0.3 C > S P. 301:601 ack 2001
        0.32 S > C . 2001 ack 601
        """)
    #expect(!facts.isMixed && facts.client.missingBytes == 0 && facts.client.payloadBytes == 600)
  }
}

/// Two ends, and a device between them that the capture has on both sides.
private struct Wire {
  let device: NumberingTests.Device
  private(set) var segments: [Segment] = []
  private var time = 0.0
  private var next: (client: UInt32, server: UInt32) = (1000, 2_900_000_000)
  private var ipID: (client: UInt16, server: UInt16) = (100, 9000)

  init(device: NumberingTests.Device) { self.device = device }

  /// One packet, first before the device and 40 µs later behind it.
  mutating func send(_ flags: TCPFlags, fromClient: Bool, length: UInt32 = 0, after pause: Double = 0.0003) {
    time += pause
    if fromClient { ipID.client += 1 } else { ipID.server += 1 }
    add(flags, fromClient, length, isOuter: fromClient, at: time)
    add(flags, fromClient, length, isOuter: !fromClient, at: time + 0.00004)
    let taken = length + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
    if fromClient { next.client &+= taken } else { next.server &+= taken }
  }

  private mutating func add(_ flags: TCPFlags, _ fromClient: Bool, _ length: UInt32, isOuter: Bool, at time: Double) {
    var segment = Segment()
    let ends = (IPAddress(v4: 0x0a00_0001), IPAddress(v4: 0x0a00_0002))
    (segment.source, segment.destination) = fromClient ? ends : (ends.1, ends.0)
    (segment.sourcePort, segment.destinationPort) = fromClient ? (40000, 443) : (443, 40000)
    let client = next.client &+ (isOuter ? 0 : device.client)
    let server = next.server &+ (isOuter ? 0 : device.server)
    segment.sequence = SequenceNumber(fromClient ? client : server)
    if flags.contains(.ack) { segment.acknowledgment = SequenceNumber(fromClient ? server : client) }
    segment.flags = flags
    segment.payloadLength = length
    segment.window = 501
    segment.wireLength = 40 + length
    // Linux numbers no SYN-ACK.
    segment.ipID = flags == [.syn, .ack] ? 0 : fromClient ? ipID.client : ipID.server
    segment.ttl = isOuter == fromClient ? 64 : 63
    segment.time = Timestamp(seconds: 1_700_000_000).advanced(by: Int64(time * 1e9))
    segment.ordinal = UInt64(segments.count) + 1
    segment.packet = PacketReference(input: 0, number: segment.ordinal)
    segments.append(segment)
  }
}
