import CLibpcap
import PacketScript
import Testing
import Wire

@testable import Capture

/// A file is dispatched as an interface is.
@Suite("Packets that libpcap hands over together") struct LiveBatchTests {
  private let scratch = Folder()

  /// - Parameter payloads: bytes in each packet, a millisecond apart.
  private func with(_ payloads: [Int], snaplen: Int, _ body: (LiveBatch, () -> CInt) throws -> Void) throws {
    var text = ""
    var next = 1
    for (place, payload) in payloads.enumerated() {
      text += "\(1 + Double(place) / 1000) C > S P. \(next):\(next + payload) ack 1\n"
      next += payload
    }
    try open(text, snaplen: snaplen) { batch, handle, live in try body(batch) { batch.refill(handle, live) } }
  }

  private func open(
    _ script: String, snaplen: Int, _ body: (LiveBatch, OpaquePointer, LibpcapLive) throws -> Void
  ) throws {
    let path = scratch.capture(try PacketScript.parse(script).pcapng(), ".pcapng")
    let libpcap = try #require(Libpcap.shared)
    let live = try #require(LibpcapLive())
    var error = [CChar](repeating: 0, count: Int(TCPAUDIT_PCAP_ERRBUF_SIZE))
    let handle = try #require(libpcap.openOffline(path, UInt32(TCPAUDIT_PCAP_TSTAMP_PRECISION_NANO), &error))
    defer { libpcap.close(handle) }
    let batch = LiveBatch(snaplen: snaplen)
    defer { batch.free() }
    try body(batch, handle, live)
  }

  /// Of a payload's first byte: Ethernet, IPv4 and TCP are before it.
  private func lengths(_ batch: LiveBatch) -> [Int] {
    var lengths: [Int] = []
    while !batch.isEmpty { lengths.append(batch.take().count) }
    return lengths
  }

  @Test(.enabled(if: hasLibpcap, noLibpcap)) func theyComeInOrder() throws {
    try with([10, 700, 1, 1400, 33], snaplen: 2000) { batch, refill in
      #expect(batch.isEmpty && batch.lastTime == .min && batch.head.captured == 0)
      #expect(batch.take().isEmpty && batch.isEmpty)
      #expect(refill() == 5)
      var times: [Int64] = []
      var sizes: [Int] = []
      while !batch.isEmpty {
        let head = batch.head
        let bytes = batch.take()
        #expect(bytes.count == Int(head.captured) && head.captured == head.length && batch.lastTime == head.time)
        // IPv4 says its own length.
        #expect(Int(bytes[16]) << 8 | Int(bytes[17]) == bytes.count - 14)
        times.append(head.time)
        sizes.append(bytes.count)
      }
      let least = try #require(sizes.min()) - 1
      #expect(sizes.map { $0 - least } == [10, 700, 1, 1400, 33])
      #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 1_000_000 })
      #expect(batch.isEmpty && batch.take().isEmpty && batch.lastTime == times.last)
      #expect(refill() == 0 && batch.isEmpty && batch.lastTime == times.last)
    }
  }

  /// No more at a time than there is room for, and none is passed over.
  @Test(.enabled(if: hasLibpcap, noLibpcap), arguments: [(128, 64), (262_144, 3)])
  func thereIsRoomForSoMany(snaplen: Int, most: Int) throws {
    let payloads = (0..<200).map { 1 + $0 % 60 }
    try with(payloads, snaplen: snaplen) { batch, refill in
      var sizes: [Int] = []
      while refill() > 0 {
        let some = lengths(batch)
        #expect(some.count <= most)
        sizes += some
      }
      let least = try #require(sizes.min()) - 1
      #expect(sizes.map { $0 - least } == payloads)
    }
  }

  /// What is larger than its snaplen is cut where the room ends, and those behind it are whole or not there.
  @Test(.enabled(if: hasLibpcap, noLibpcap)) func whatIsLargerThanPromisedIsCut() throws {
    try with([Int](repeating: 1400, count: 100), snaplen: 64) { batch, refill in
      #expect(refill() == 64)
      var taken = 0
      var whole = 0
      while !batch.isEmpty {
        let head = batch.head
        #expect(head.captured <= head.length && head.length > 1400)
        let bytes = batch.take()
        if bytes.count == Int(head.length) { whole += 1 }
        taken += bytes.count
      }
      #expect(whole > 0 && taken <= 64 * (64 + 64 + 24))
    }
  }

  private static var conversation: String {
    """
    1.000 C > S S 0:0 win 65535 <mss 1460,sackOK,TS val 1 ecr 0,wscale 7>
    1.001 S > C S. 0:0 ack 1 win 65535 <mss 1460,sackOK,TS val 1 ecr 1,wscale 7>
    1.002 C > S . ack 1 win 512 <TS val 2 ecr 1>
    1.003 C > S P. 1:101 ack 1 win 512 <TS val 3 ecr 1>
    1.004 tick
    1.005 S > C P. 1:1001 ack 101 win 512 <TS val 2 ecr 3>
    1.006 C > S . ack 1001 win 512
    """
  }

  /// In the kernel's memory as far as that goes; what is no segment, and all behind it, waits in its order.
  @Test(.enabled(if: hasLibpcap, noLibpcap)) func whatNearlyAllAreIsDecodedWhereItLies() throws {
    let wanted = try PacketScript.parse(Self.conversation).segments
    try open(Self.conversation, snaplen: 2000) { batch, handle, live in
      var segments = InlineArray<32, Segment>(repeating: Segment())
      let (result, passed) = batch.decode(
        handle, live, into: &segments, from: 3, most: 32, after: PacketReference(input: 0, number: 0), frames: 0,
        within: .min ... .max)
      #expect(result == 7 && passed.packets == 4 && passed.time == wanted[3].time.nanoseconds)
      for place in 0..<4 {
        let segment = segments[3 + place]
        #expect(segment.numbers == wanted[place].numbers && segment.flags == wanted[place].flags)
        #expect(segment.time == wanted[place].time && segment.packet == wanted[place].packet)
        #expect(segment.ordinal == UInt64(place + 1) && segment.payloadLength == wanted[place].payloadLength)
        #expect(segment.mss == wanted[place].mss && segment.window == wanted[place].window)
      }
      // Nothing is decoded past those that wait.
      let again = batch.decode(
        handle, live, into: &segments, from: 0, most: 32, after: PacketReference(input: 0, number: 4), frames: 4,
        within: .min ... .max)
      #expect(again.passed.packets == 0 && lengths(batch).count == 3)
      #expect(batch.lastTime == wanted[5].time.nanoseconds)
    }
  }

  /// No more than there is room for, or than were asked for.
  @Test(.enabled(if: hasLibpcap, noLibpcap), arguments: [(31, 9, 1), (30, 1, 1), (32, 9, 0), (0, 0, 0), (-1, 9, 0)])
  func asManyAreDecoded(from place: Int, most: Int, count: UInt64) throws {
    try open(Self.conversation, snaplen: 2000) { batch, handle, live in
      var segments = InlineArray<32, Segment>(repeating: Segment())
      let (_, passed) = batch.decode(
        handle, live, into: &segments, from: place, most: most, after: PacketReference(input: 0, number: 0),
        frames: 0, within: .min ... .max)
      #expect(passed.packets == count && batch.isEmpty)
    }
  }

  /// One that comes before its turn, or too late, is looked at.
  @Test(.enabled(if: hasLibpcap, noLibpcap), arguments: [(1.0005, 9.0, 0, 7), (0, 1.0015, 2, 5)])
  func timesThatSaySomethingAreNotPassedOver(from: Double, to: Double, decoded: UInt64, waiting: Int) throws {
    let script = try PacketScript.parse(Self.conversation)
    let times = script.time(from).nanoseconds...script.time(to).nanoseconds
    try open(Self.conversation, snaplen: 2000) { batch, handle, live in
      var segments = InlineArray<32, Segment>(repeating: Segment())
      let (_, passed) = batch.decode(
        handle, live, into: &segments, from: 0, most: 32, after: PacketReference(input: 0, number: 0), frames: 0,
        within: times)
      #expect(passed.packets == decoded && lengths(batch).count == waiting)
    }
  }
}
