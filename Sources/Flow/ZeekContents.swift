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
  /// What waits above a hole: index into the pool, 0 none.
  private(set) var waiting: UInt32 = 0
  private(set) var gaveUp = false

  /// Bytes above a hole.
  var hasUndelivered: Bool { waiting != 0 }

  /// Data arrived.
  /// - Parameters:
  ///   - acked: offset up to which the peer has acknowledged.
  ///   - nothingAcked: the peer has acknowledged the SYN at most.
  ///   - size: bytes of the stream so far, by its numbers.
  @inline(__always) mutating func receive(
    from offset: Int64, to end: Int64, acked: Int64, nothingAcked: Bool, size: Int64, _ pool: inout ZeekWaiting
  ) {
    guard !gaveUp, end > acked, end > trimmed else { return }
    let start = max(offset, acked, trimmed)
    if start > delivered {
      wait(OffsetRange(start, end), &pool)
    } else if end > delivered {
      delivered = end
      if waiting != 0 { deliverWaiting(&pool) }
    }
    if nothingAcked { receiveWithoutACK(size: size, &pool) }
    if delivered &- trimmed > ZeekContents.unacknowledged || waiting != 0 { limit(&pool) }
  }

  private mutating func wait(_ range: OffsetRange, _ pool: inout ZeekWaiting) {
    if waiting == 0 { waiting = pool.records.allocate(Ranges()) ?? 0 }
    guard waiting != 0 else {
      gaveUp = true
      return
    }
    if pool.records[waiting].count == Ranges.limit { pool.records[waiting].closeSmallestHole() }
    pool.records[waiting].insert(range)
  }

  private mutating func receiveWithoutACK(size: Int64, _ pool: inout ZeekWaiting) {
    if size > ZeekContents.initialWindow { trimmed = max(trimmed, delivered) }
    if waiting != 0, let end = pool.records[waiting].end, end &- delivered > ZeekContents.aboveHoleWithoutACK {
      giveUp(&pool)
    }
  }

  private mutating func limit(_ pool: inout ZeekWaiting) {
    let above = waiting == 0 ? 0 : pool.records[waiting].total
    if delivered &- trimmed &+ above > ZeekContents.unacknowledged { giveUp(&pool) }
  }

  private mutating func giveUp(_ pool: inout ZeekWaiting) {
    gaveUp = true
    release(&pool)
  }

  mutating func release(_ pool: inout ZeekWaiting) {
    if waiting != 0 { pool.records.free(waiting) }
    waiting = 0
  }

  /// What `delivered` has reached.
  private mutating func deliverWaiting(_ pool: inout ZeekWaiting) {
    while let first = pool.records[waiting].first, first.start <= delivered {
      delivered = max(delivered, first.end)
      _ = pool.records[waiting].remove(first)
    }
    if pool.records[waiting].isEmpty { release(&pool) }
  }

  /// The peer acknowledged all below `offset`: what was not seen of it is missing.
  /// - Parameter isPartial: a SYN was not seen, so that the first byte may be a keepalive's.
  /// - Returns: how many gaps, and of how many bytes together.
  @inline(__always) mutating func acknowledge(
    below offset: Int64, isPartial: Bool, _ pool: inout ZeekWaiting
  ) -> (gaps: Int, bytes: Int64) {
    guard offset > trimmed else { return (0, 0) }
    trimmed = offset
    guard offset > delivered, !(isPartial && offset <= 2) else { return (0, 0) }
    return skip(to: offset, &pool)
  }

  private mutating func skip(to offset: Int64, _ pool: inout ZeekWaiting) -> (gaps: Int, bytes: Int64) {
    var gaps = 0
    var bytes: Int64 = 0
    while waiting != 0, let first = pool.records[waiting].first, first.start < offset {
      gaps += 1
      bytes &+= first.start &- delivered
      delivered = first.start
      deliverWaiting(&pool)
    }
    if offset > delivered {
      gaps += 1
      bytes &+= offset &- delivered
      delivered = offset
      if waiting != 0 { deliverWaiting(&pool) }
    }
    return gaveUp ? (0, 0) : (gaps, bytes)
  }
}

/// What waits above the holes of all streams: few have any. A stream that finds no room is given up, as Zeek gives up one
/// that it can't hold.
struct ZeekWaiting: ~Copyable {
  var records: Region<Ranges>

  init(capacity: Int) { records = Region(capacity: capacity) }
}

extension Ranges {
  fileprivate var first: OffsetRange? { isEmpty ? nil : self[0] }
  fileprivate var end: Int64? { isEmpty ? nil : self[count - 1].end }

  /// Makes room: of many holes the smallest is the likeliest to be filled yet, and the least that can be miscounted.
  fileprivate mutating func closeSmallestHole() {
    guard count > 1 else { return }
    var best = 1
    for index in 1..<count
    where self[index].start &- self[index - 1].end < self[best].start &- self[best - 1].end { best = index }
    insert(OffsetRange(self[best - 1].end, self[best].start))
  }
}
