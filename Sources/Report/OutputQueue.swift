/// Records that wait for a reader who is slower than they come, whole ones only: what there is no room for is left out, and counted.
struct OutputQueue {
  /// Bytes that may wait.
  static var limit: Int { 8 << 20 }

  private var bytes: [UInt8] = []
  private var start = 0
  private(set) var leftOut: UInt64 = 0

  var count: Int { bytes.count - start }

  mutating func add(_ record: [UInt8]) {
    guard count + record.count <= OutputQueue.limit else {
      leftOut += 1
      return
    }
    // What was taken goes now and then: each byte is moved once on average.
    if start > bytes.count / 2 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes.append(contentsOf: record)
  }

  /// What is next, `most` bytes of it.
  func next(_ most: Int) -> ArraySlice<UInt8> { bytes[start..<min(bytes.count, start + most)] }

  mutating func taken(_ count: Int) {
    start += count
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: bytes.count <= 1 << 16)
      start = 0
    }
  }

  /// Nobody will take it.
  mutating func giveUp() {
    if count > 0 { leftOut += 1 }
    taken(count)
  }
}
