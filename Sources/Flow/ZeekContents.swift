/// One side's stream as Zeek reassembles it: what was delivered, what waits above a hole, what is missing. Offsets count
/// the SYN: the first byte of data is 1.
struct ZeekContents: BitwiseCopyable {
  /// Zeek gives up on a stream above these: bytes above a hole while nothing was acknowledged, bytes not acknowledged.
  static var aboveHoleWithoutACK: Int64 { 16_384 }
  static var unacknowledged: Int64 { 10 << 20 }
  /// Bytes without any ACK, beyond which Zeek no longer waits for one (split routing).
  static var initialWindow: Int64 { 16_384 }

  /// All below was delivered, or given up as missing.
  private(set) var delivered: Int64 = 1
  /// All below was acknowledged and is forgotten.
  private var trimmed: Int64 = 1
  private var waiting = Ranges()
  private(set) var gaveUp = false

  /// Bytes above a hole.
  var hasUndelivered: Bool { !waiting.isEmpty }

  /// Data arrived.
  /// - Parameters:
  ///   - acked: offset up to which the peer has acknowledged.
  ///   - nothingAcked: the peer has acknowledged the SYN at most.
  @inline(__always) mutating func receive(
    from offset: Int64, to end: Int64, acked: Int64, nothingAcked: Bool, size: Int64
  ) {
    guard !gaveUp, end > acked, end > trimmed else { return }
    let start = max(offset, acked, trimmed)
    if start > delivered {
      waiting.insert(OffsetRange(start, end))
    } else if end > delivered {
      delivered = end
      if !waiting.isEmpty { deliverWaiting() }
    }
    if nothingAcked { receiveWithoutACK(size: size) }
    if delivered - trimmed + waiting.total > ZeekContents.unacknowledged { giveUp() }
  }

  private mutating func receiveWithoutACK(size: Int64) {
    if size > ZeekContents.initialWindow { trimmed = max(trimmed, delivered) }
    guard let last = waiting.last, last.end - delivered > ZeekContents.aboveHoleWithoutACK else { return }
    giveUp()
  }

  private mutating func giveUp() {
    gaveUp = true
    waiting = Ranges()
  }

  private mutating func deliverWaiting() {
    var rest = Ranges()
    for index in 0..<waiting.count {
      let range = waiting[index]
      if range.start <= delivered {
        delivered = max(delivered, range.end)
      } else {
        rest.insert(range)
      }
    }
    waiting = rest
  }

  /// The peer acknowledged all below `offset`: what was not seen of it is missing.
  /// - Parameter isPartial: neither SYN was seen, so that the first byte may be a keepalive's.
  /// - Returns: how many gaps, and of how many bytes together.
  @inline(__always) mutating func acknowledge(below offset: Int64, isPartial: Bool) -> (gaps: Int, bytes: Int64) {
    guard offset > trimmed else { return (0, 0) }
    trimmed = offset
    guard offset > delivered, !(isPartial && offset <= 2) else { return (0, 0) }
    return skip(to: offset)
  }

  private mutating func skip(to offset: Int64) -> (gaps: Int, bytes: Int64) {
    var gaps = 0
    var bytes: Int64 = 0
    if !gaveUp {
      while let range = waiting.first, range.start < offset {
        gaps += 1
        bytes += range.start - delivered
        delivered = range.start
        deliverWaiting()
      }
      if offset > delivered {
        gaps += 1
        bytes += offset - delivered
      }
    }
    delivered = max(delivered, offset)
    if !waiting.isEmpty { deliverWaiting() }
    return (gaps, bytes)
  }
}

extension Ranges {
  fileprivate var first: OffsetRange? { isEmpty ? nil : self[0] }
  fileprivate var last: OffsetRange? { isEmpty ? nil : self[count - 1] }
}
