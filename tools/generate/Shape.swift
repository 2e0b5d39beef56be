import Endpoints
import PacketScript
import Wire

/// The benchmark captures of docs/performance.md §1: one shape each, written as fast as a disk takes it.
enum Shape: String, CaseIterable {
  /// Snapshot length 96, heavy-tailed connections, 500 open per unit of scale.
  case small
  /// Whole packets, few connections with much data.
  case bulk
  /// Scans and short connections, very many at a time.
  case many
  /// One SYN each.
  case flood
  /// Seven packets each, none of them wrong: 200,000 connections at scale 100, 20,000 of them at a time. One begins each third of a
  /// millisecond, and lasts seven seconds.
  case short

  /// Packets per unit of scale: a hundredth of the full sizes.
  var packets: Int {
    switch self {
    case .small: 284_000
    case .bulk: 31_600
    case .many: 365_000
    case .flood: 200_000
    case .short: 14_000
    }
  }

  /// Connections open at a time, per unit of scale.
  var concurrency: Int {
    switch self {
    case .small: 500
    case .bulk: 15
    case .many: 25_000
    case .flood: 1
    case .short: 200
    }
  }

  func write(to path: String, scale: Double, seed: UInt64) -> Bool {
    let snaplen = self == .bulk || self == .flood ? 65_535 : 96
    guard var writer = CaptureWriter(path: path, snaplen: snaplen) else { return false }
    var random = Random(seed: seed)
    let total = max(1, Int(Double(packets) * scale))
    var number: UInt32 = 0
    var open: [QuickConnection] = []
    let places = self == .flood ? 0 : max(1, Int(Double(concurrency) * scale))
    for _ in 0..<places {
      number += 1
      open.append(QuickConnection(number, self, &random))
    }
    var frame = QuickFrame()
    var time = epoch
    for _ in 0..<total {
      time += Int64(2000 + random.below(6000)) * (self == .short ? 10 : 1)
      if self == .flood {
        number += 1
        var attempt = QuickConnection(number, self, &random)
        _ = attempt.next(&frame)
        writer.write(frame.bytes, length: frame.length, at: time)
        continue
      }
      let place = random.below(open.count)
      if !open[place].next(&frame) {
        number += 1
        open[place] = QuickConnection(number, self, &random)
        _ = open[place].next(&frame)
      }
      writer.write(frame.bytes, length: frame.length, at: time)
    }
    return writer.finish()
  }
}

/// The bytes of one frame, built in place.
struct QuickFrame {
  var bytes: [UInt8] = []
  /// Of the whole frame.
  var length = 0
  let payload = (0..<1500).map { streamByte(at: UInt32($0)) }

  mutating func build(
    from source: UInt32, _ sourcePort: UInt16, to destination: UInt32, _ destinationPort: UInt16, flags: UInt8,
    sequence: UInt32, acknowledgment: UInt32, payload count: Int, stored: Bool, ipID: UInt16, time: UInt32
  ) {
    let isSYN = flags & 2 != 0
    let header = isSYN ? 40 : 32
    length = 14 + 20 + header + count
    bytes.removeAll(keepingCapacity: true)
    bytes += [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0]
    put16(UInt16(20 + header + count))
    put16(ipID)
    bytes += [0x40, 0, 64, 6, 0, 0]
    put32(source)
    put32(destination)
    put16(sourcePort)
    put16(destinationPort)
    put32(sequence)
    put32(acknowledgment)
    bytes += [UInt8(header / 4) << 4, flags]
    put16(isSYN ? 64_240 : 502)
    bytes += [0, 0, 0, 0]
    if isSYN { bytes += [2, 4, 5, 180, 4, 2] } else { bytes += [1, 1] }
    bytes += [8, 10]
    put32(time)
    put32(flags & 16 == 0 ? 0 : time)
    if isSYN { bytes += [1, 3, 3, 7] }
    if stored { bytes += payload[..<count] } else { bytes += payload[..<min(count, 40)] }
  }

  private mutating func put16(_ value: UInt16) {
    bytes.append(UInt8(value >> 8))
    bytes.append(UInt8(value & 255))
  }

  private mutating func put32(_ value: UInt32) {
    put16(UInt16(value >> 16))
    put16(UInt16(value & 0xffff))
  }
}
