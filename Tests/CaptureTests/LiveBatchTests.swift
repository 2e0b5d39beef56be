import CLibpcap
import PacketScript
import Testing

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
    let path = scratch.capture(try PacketScript.parse(text).pcapng(), ".pcapng")
    let libpcap = try #require(Libpcap.shared)
    let live = try #require(LibpcapLive())
    var error = [CChar](repeating: 0, count: Int(TCPAUDIT_PCAP_ERRBUF_SIZE))
    let handle = try #require(libpcap.openOffline(path, UInt32(TCPAUDIT_PCAP_TSTAMP_PRECISION_NANO), &error))
    defer { libpcap.close(handle) }
    let batch = LiveBatch(snaplen: snaplen)
    defer { batch.free() }
    try body(batch) { batch.refill(handle, live) }
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
}
