internal import Flow
internal import Wire

/// Which of the connections that are shown lost their addresses and ports to a later one: their display filters need frames.
struct UsedAgain {
  private var shown: [Pair: Bool] = [:]

  var isEmpty: Bool { shown.isEmpty }

  mutating func show(_ connection: ShownConnection) {
    let pair = connection.pair
    if shown[pair] == nil { shown[pair] = false }
  }

  /// Another connection than those that are shown, or the same before it is.
  mutating func meet(_ connection: borrowing Brief) {
    if shown.isEmpty { return }
    let pair = Pair(connection.client.endpoint, connection.server.endpoint)
    if shown[pair] == false { shown[pair] = true }
  }

  func contains(_ connection: ShownConnection) -> Bool { shown[connection.pair] == true }

  mutating func removeAll() { shown.removeAll() }

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
  }
}
