internal import Flow
internal import Wire

/// Which of the connections that are shown lost their addresses and ports to a later one: their display filters need frames.
struct UsedAgain {
  private var shown: [Pair: Bool] = [:]
  /// A bit for each that is shown, before anything is looked up: nearly all connections are none of them. Empty as long as none is.
  private var marks: [UInt64] = []

  var isEmpty: Bool { shown.isEmpty }

  mutating func show(_ connection: ShownConnection) {
    let pair = connection.pair
    if marks.isEmpty { marks = [UInt64](repeating: 0, count: 512) }
    let (word, bit) = pair.mark
    // Without its bit it is none of them.
    if marks[word] & bit == 0 || shown[pair] == nil { shown[pair] = false }
    marks[word] |= bit
  }

  /// Another connection than those that are shown, or the same before it is.
  mutating func meet(_ connection: borrowing Brief) {
    if marks.isEmpty { return }
    let pair = Pair(connection.client.endpoint, connection.server.endpoint)
    let (word, bit) = pair.mark
    if marks[word] & bit != 0, shown[pair] == false { shown[pair] = true }
  }

  func contains(_ connection: ShownConnection) -> Bool { shown[connection.pair] == true }

  mutating func removeAll() {
    shown.removeAll()
    marks.removeAll()
  }

  /// All that a display filter tells connections apart by, but for their frames: two addresses and two ports, in no order.
  struct Pair: Hashable {
    private let low: IPAddress
    private let high: IPAddress
    private let ports: UInt32

    init(_ one: Endpoint, _ other: Endpoint) {
      let (a, b) = (one.address, other.address)
      let isInOrder = a.high == b.high ? a.low <= b.low : a.high < b.high
      (low, high) = isInOrder ? (a, b) : (b, a)
      ports = UInt32(min(one.port, other.port)) << 16 | UInt32(max(one.port, other.port))
    }

    /// Its place among 32,768.
    var mark: (word: Int, bit: UInt64) {
      let sum = low.low &+ low.high &+ (high.low &+ high.high) &* 31 &+ UInt64(ports)
      let hash = Int(truncatingIfNeeded: (sum &* 0x9e37_79b9_7f4a_7c15) >> 49)
      return (hash >> 6, 1 << UInt64(hash & 63))
    }
  }
}
