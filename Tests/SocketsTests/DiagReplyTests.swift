import Flow
import Testing
import Wire

@testable import Sockets

@Suite("What the kernel answers, byte by byte")
struct DiagReplyTests {
  private func read(_ datagram: [UInt8]) -> (step: DumpStep, sockets: [Socket], interrupted: Bool) {
    var reply = DiagReply(sequence: 1, namespace: 3)
    var sockets: [Socket] = []
    let step = reply.take(datagram.span, into: &sockets)
    return (step, sockets, reply.wasInterrupted)
  }

  @Test func theRequestAsksForEverySocketOfAFamily() {
    let request = Diag.request(family: 10, sequence: 5)
    #expect(request.count == 72)
    let bytes = KernelBytes(request.span)
    #expect(bytes.u32(at: 0) == 72)
    #expect(bytes.u16(at: 4) == 20)
    #expect(bytes.u16(at: 6) == 0x301)
    #expect(bytes.u32(at: 8) == 5)
    #expect(bytes.u8(at: 16) == 10)
    #expect(bytes.u8(at: 17) == 6)
    // INET_DIAG_INFO and INET_DIAG_SKMEMINFO.
    #expect(bytes.u8(at: 18) == 0b0100_0010)
    #expect(bytes.u32(at: 20) == 0x1ffe)
    #expect(request[24...].allSatisfy { $0 == 0 })
  }

  @Test func aSocketIsReadFieldByField() throws {
    let record = DiagBytes.socket(
      state: 8, timer: 2, unanswered: 3, expires: 1500, receiveQueue: 5, sendQueue: 6,
      attributes: [(2, DiagBytes.info(length: 232)), (7, DiagBytes.info(length: 36)), (8, [1])])
    let (step, sockets, interrupted) = read(DiagBytes.message(record))
    #expect(step == .more)
    #expect(!interrupted)
    let socket = try #require(sockets.first)
    #expect(sockets.count == 1)
    #expect(socket.state == .closeWait)
    #expect(socket.timer == .keepalive)
    #expect(socket.unanswered == 3)
    #expect(socket.timerExpires == 1500)
    #expect(socket.local == Endpoint(address: IPAddress(v4: 0x0a00_0001), port: 40000))
    #expect(socket.remote == Endpoint(address: IPAddress(v4: 0x0a00_0002), port: 443))
    #expect(socket.ipVersion == 4)
    #expect((socket.receiveQueue, socket.sendQueue) == (5, 6))
    #expect((socket.uid, socket.inode, socket.interface) == (1000, 4711, 7))
    #expect(socket.cookie == 0x2222_0000_1111)
    #expect(socket.namespace == 3)
    let info = try #require(socket.info)
    #expect((info.rto, info.unacked, info.lost) == (8, 24, 32))
    #expect((info.sinceDataSent, info.sinceDataReceived, info.sinceAckReceived) == (44, 52, 56))
    #expect((info.rtt, info.totalRetransmits) == (68, 100))
    #expect((info.bytesAcked, info.bytesReceived) == (124 << 32 | 120, 132 << 32 | 128))
    #expect((info.segmentsOut, info.segmentsIn, info.unsent, info.sendWindow) == (136, 140, 144, 228))
    #expect(socket.silence == 52_000_000)
    #expect(socket.quiet == 44_000_000)
    let memory = try #require(socket.memory)
    #expect((memory.received, memory.receiveBuffer, memory.sendBuffer) == (0, 4, 12))
    #expect((memory.queuedToSend, memory.drops) == (20, 32))
  }

  /// An older kernel's structure is shorter: what it lacks is not known, not 0.
  @Test(
    arguments: [(104, false, false), (136, true, false), (144, true, true), (103, nil, nil)] as [(Int, Bool?, Bool?)])
  func olderKernelsKnowLess(length: Int, hasBytes: Bool?, hasSegments: Bool?) {
    let info = Array(DiagBytes.info(length: 104 + 40).prefix(length))
    let (_, sockets, _) = read(DiagBytes.message(DiagBytes.socket(attributes: [(2, info)])))
    #expect(sockets.count == 1)
    #expect((sockets.first?.info != nil) == (hasBytes != nil))
    #expect((sockets.first?.info?.bytesReceived != nil) == (hasBytes ?? false))
    #expect((sockets.first?.info?.segmentsIn != nil) == (hasSegments ?? false))
  }

  @Test(
    arguments: [
      (1, TCPState.established), (2, .synSent), (3, .synReceived), (4, .finWait1), (5, .finWait2), (6, .timeWait),
      (7, .closed), (8, .closeWait), (9, .lastAck), (10, .listen), (11, .closing), (12, .synReceived), (200, .closed),
    ] as [(UInt8, TCPState)])
  func states(number: UInt8, state: TCPState) {
    #expect(read(DiagBytes.message(DiagBytes.socket(state: number))).sockets.first?.state == state)
  }

  @Test func addressesOfIPv6() throws {
    let local = [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1] as [UInt8]
    let mapped = Array(repeating: 0, count: 10) + [0xff, 0xff, 10, 0, 0, 9] as [UInt8]
    let any = Array(repeating: 0, count: 16) as [UInt8]
    func socket(_ local: [UInt8], _ remote: [UInt8], _ state: UInt8 = 1) -> Socket? {
      read(DiagBytes.message(DiagBytes.socket(family: 10, state: state, local: local, remote: remote))).sockets.first
    }
    let six = try #require(socket(local, local))
    #expect(six.ipVersion == 6)
    #expect(six.local.address == IPAddress(high: 0x2001_0db8_0000_0000, low: 1))
    // It speaks IPv4 on the wire.
    let four = try #require(socket(mapped, mapped))
    #expect(four.ipVersion == 4)
    #expect(four.local.address == IPAddress(v4: 0x0a00_0009))
    #expect(socket(any, any, 10)?.ipVersion == 6)
    #expect(socket(mapped, any, 10)?.ipVersion == 4)
  }

  @Test func whatAnAnswerAsksFor() {
    let socket = DiagBytes.message(DiagBytes.socket())
    let rows: [(name: String, datagram: [UInt8], step: DumpStep, sockets: Int)] = [
      ("nothing", [], .more, 0),
      ("two sockets", socket + socket, .more, 2),
      ("the end", DiagBytes.message(type: 3, DiagBytes.number(0)), .done, 0),
      ("the end without a number", DiagBytes.message(type: 3, []), .done, 0),
      ("sockets and the end", socket + DiagBytes.message(type: 3, DiagBytes.number(0)), .done, 1),
      ("a dump that failed on its way", DiagBytes.message(type: 3, DiagBytes.number(-12)), .refused(12), 0),
      ("refused", DiagBytes.message(type: 2, DiagBytes.number(-2)), .refused(2), 0),
      ("acknowledged", DiagBytes.message(type: 2, DiagBytes.number(0)), .more, 0),
      ("somebody else's answer", DiagBytes.message(sequence: 9, DiagBytes.socket()) + socket, .more, 1),
      ("somebody else's end", DiagBytes.message(type: 3, sequence: 9, DiagBytes.number(0)), .more, 0),
      ("no operation", DiagBytes.message(type: 1, []), .more, 0),
      ("lost", DiagBytes.message(type: 4, []), .malformed("the kernel lost a part of its answer"), 0),
    ]
    for row in rows {
      let (step, sockets, _) = read(row.datagram)
      #expect(step == row.step, "\(row.name)")
      #expect(sockets.count == row.sockets, "\(row.name)")
    }
  }

  @Test func aTableThatChangedIsSaidToHave() {
    #expect(read(DiagBytes.message(flags: 0x12, DiagBytes.socket())).interrupted)
    #expect(read(DiagBytes.message(type: 3, flags: 0x12, DiagBytes.number(0))).interrupted)
    #expect(!read(DiagBytes.message(sequence: 2, DiagBytes.socket())).interrupted)
  }

  /// Cut anywhere, with any byte wrong: it is refused or read, and never believed beyond its end.
  @Test func damagedAnswersAreBounded() {
    let whole =
      DiagBytes.message(
        DiagBytes.socket(attributes: [(2, DiagBytes.info(length: 232)), (7, DiagBytes.info(length: 36))]))
      + DiagBytes.message(type: 3, DiagBytes.number(0))
    for length in 0..<whole.count {
      let (step, sockets, _) = read(Array(whole.prefix(length)))
      #expect(step != .done || length >= whole.count - 4)
      #expect(sockets.count <= 1)
    }
    for index in whole.indices {
      for value in [0, 1, 3, 0x7f, 0xff] as [UInt8] {
        var damaged = whole
        damaged[index] = value
        #expect(read(damaged).sockets.count <= 2)
      }
    }
    // A length that would never end.
    #expect(read(DiagBytes.number(0) + Array(repeating: 0, count: 12)).step != .more)
    #expect(read(DiagBytes.number(-1) + Array(repeating: 0, count: 12)).step != .more)
  }
}
