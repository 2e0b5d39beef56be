import Endpoints
/// A connection without a mind of its own: handshake, data to and fro, close; cheap enough for millions.
struct QuickConnection {
  private let client: UInt32
  private let server: UInt32
  private let clientPort: UInt16
  private let serverPort: UInt16
  private var clientNext: UInt32
  private var serverNext: UInt32
  private var stage = 0
  private var remaining: Int
  private let kind: Kind
  private let shape: Shape
  private var time: UInt32
  private var ipID: UInt16

  private enum Kind { case whole, scan, refused, aborted }

  init(_ number: UInt32, _ shape: Shape, _ random: inout Random) {
    self.shape = shape
    client = 10 << 24 | (number >> 8) & 0xff_ffff
    server = 172 << 24 | 16 << 16 | UInt32(random.below(shape == .bulk ? 40 : 4000))
    clientPort = 1024 + UInt16(truncatingIfNeeded: number &* 256 &+ UInt32(random.below(256))) % 60_000
    serverPort = random.pick([80, 443, 443, 443, 2181, 5432, 6379, 8080])
    clientNext = UInt32(truncatingIfNeeded: random.next())
    serverNext = UInt32(truncatingIfNeeded: random.next())
    time = UInt32(truncatingIfNeeded: random.next()) >> 1
    ipID = UInt16(truncatingIfNeeded: random.next())
    let lot = random.below(100)
    switch shape {
    case .small, .bulk: kind = lot < 3 ? .scan : lot < 6 ? .refused : lot < 10 ? .aborted : .whole
    case .many: kind = lot < 40 ? .scan : lot < 60 ? .refused : lot < 63 ? .aborted : .whole
    case .flood: kind = .scan
    case .short: kind = .whole
    }
    switch shape {
    case .small: remaining = random.heavyTailed(from: 5, to: 5000)
    case .bulk: remaining = random.heavyTailed(from: 70, to: 40_000)
    case .many, .flood: remaining = random.between(1...4)
    case .short: remaining = 0
    }
  }

  /// Builds its next packet; false when it is over.
  mutating func next(_ frame: inout QuickFrame) -> Bool {
    defer { stage += 1 }
    switch (stage, kind) {
    case (0, _):
      send(&frame, fromClient: true, flags: 2, acknowledgment: 0)
      clientNext &+= 1
    case (1, .scan): return false
    case (1, .refused):
      send(&frame, fromClient: false, flags: 0x14, sequence: 0)
    case (2, .refused): return false
    case (1, _):
      send(&frame, fromClient: false, flags: 0x12)
      serverNext &+= 1
    case (2, _): send(&frame, fromClient: true, flags: 0x10)
    case (3, _): send(&frame, fromClient: true, flags: 0x18, payload: 300)
    case _ where shape == .short: return answerAndClose(&frame)
    case _ where remaining > 0:
      remaining -= 1
      // Two segments of the answer, one ACK.
      if stage % 3 == 0 {
        send(&frame, fromClient: true, flags: 0x10)
      } else {
        send(&frame, fromClient: false, flags: remaining == 0 ? 0x18 : 0x10, payload: 1448)
      }
      if remaining == 0 { stage = 1_000_000 }
    default: return end(&frame)
    }
    return true
  }

  /// The answer has the server's FIN.
  private mutating func answerAndClose(_ frame: inout QuickFrame) -> Bool {
    switch stage {
    case 4:
      send(&frame, fromClient: false, flags: 0x19, payload: 1448)
      serverNext &+= 1
    case 5:
      send(&frame, fromClient: true, flags: 0x11)
      clientNext &+= 1
    case 6: send(&frame, fromClient: false, flags: 0x10)
    default: return false
    }
    return true
  }

  private mutating func end(_ frame: inout QuickFrame) -> Bool {
    switch stage - 1_000_001 {
    case 0: send(&frame, fromClient: true, flags: 0x10)
    case 1 where kind == .aborted: send(&frame, fromClient: true, flags: 0x14)
    case 1:
      send(&frame, fromClient: true, flags: 0x11)
      clientNext &+= 1
    case 2 where kind != .aborted:
      send(&frame, fromClient: false, flags: 0x11)
      serverNext &+= 1
    case 3 where kind != .aborted: send(&frame, fromClient: true, flags: 0x10)
    default: return false
    }
    return true
  }

  private mutating func send(
    _ frame: inout QuickFrame, fromClient: Bool, flags: UInt8, payload: Int = 0, sequence: UInt32? = nil,
    acknowledgment: UInt32? = nil
  ) {
    ipID &+= 1
    time &+= 3
    let own = fromClient ? clientNext : serverNext
    let other = fromClient ? serverNext : clientNext
    frame.build(
      from: fromClient ? client : server, fromClient ? clientPort : serverPort, to: fromClient ? server : client,
      fromClient ? serverPort : clientPort, flags: flags, sequence: sequence ?? own,
      acknowledgment: acknowledgment ?? other, payload: payload, stored: shape == .bulk, ipID: ipID, time: time)
    if fromClient { clientNext &+= UInt32(payload) } else { serverNext &+= UInt32(payload) }
  }
}
