internal import Wire

/// The packets of an input with several interfaces, in the order of their times. Recorders write what each interface has ready,
/// one after the other: a file of several is out of order by as long as that took. Within one interface the file's order is kept.
///
/// A packet waits until the file has come `span` further than it, or until too many wait: memory is bounded. Files of one
/// interface never come here.
///
/// Why the unsafe lines hold: a packet's bytes are copied while the source lends them, and what is
/// lent lies in an array that is kept, and not written to, until this value is changed.
struct InterfaceMerge {
  /// How far apart two interfaces may be written, ns. A recorder hands on what it has four times a second, or more often.
  static var span: Int64 { 1_000_000_000 }
  /// Most packets that wait, and most bytes of them.
  static var packetLimit: Int { 16_384 }
  static var byteLimit: Int { 8 << 20 }
  /// Bytes are kept in pieces of this size, or of the one packet that is larger.
  private static var chunkSize: Int { 256 << 10 }

  private struct Held {
    /// Its time, and not before the packet before it of the same interface.
    var order: Int64
    /// Raised when a clock is set back: what comes later is later.
    var turn: UInt64
    var number: UInt64
    var head: PacketHead
    var chunk: Int
    var start: Int

    func follows(_ other: Held) -> Bool { (turn, order) >= (other.turn, other.order) }
  }

  private struct Chunk {
    var bytes: [UInt8] = []
    /// Packets in it that wait, or are lent.
    var count = 0
  }

  /// In order, from `first` on.
  private var held: [Held] = []
  private var first = 0
  private var heldBytes = 0
  private var turn: UInt64 = 0
  /// `[interface]`: the order of its latest packet, in this turn.
  private var latest: [UInt16: Int64] = [:]
  private var chunks: [Chunk] = []
  private var filling = 0
  private var free: [Int] = []
  /// Of the packet that was taken last.
  private var lent: Held?
  private var hasEnded = false

  /// The next packet; nil where more has to be read first, and at the end.
  var next: (head: PacketHead, number: UInt64)? {
    guard first < held.count, let last = held.last else { return nil }
    let one = held[first]
    guard
      hasEnded || one.turn < last.turn || last.order &- one.order >= InterfaceMerge.span
        || held.count - first > InterfaceMerge.packetLimit || heldBytes > InterfaceMerge.byteLimit
    else { return nil }
    return (one.head, one.number)
  }

  /// Nothing more will come.
  mutating func end() { hasEnded = true }

  /// Takes in a packet that was read.
  mutating func hold(_ head: PacketHead, number: UInt64, _ bytes: RawSpan) {
    if let before = latest[head.interface], before &- head.time >= Notes.leastStep {
      turn += 1
      latest.removeAll(keepingCapacity: true)
    }
    let order = max(head.time, latest[head.interface] ?? .min)
    latest[head.interface] = order
    let chunk = room(for: bytes.byteCount)
    let one = Held(
      order: order, turn: turn, number: number, head: head, chunk: chunk, start: chunks[chunk].bytes.count)
    unsafe bytes.withUnsafeBytes { unsafe chunks[chunk].bytes.append(contentsOf: $0) }
    chunks[chunk].count += 1
    heldBytes += bytes.byteCount
    // Nearly always at the end.
    var place = held.count
    while place > first, !one.follows(held[place - 1]) { place -= 1 }
    held.insert(one, at: place)
  }

  /// Takes the next packet out: its bytes are lent until the next call.
  mutating func take() {
    release()
    guard first < held.count else { return }
    lent = held[first]
    heldBytes -= Int(held[first].head.captured)
    first += 1
    if first == held.count || first >= InterfaceMerge.packetLimit {
      held.removeFirst(first)
      first = 0
    }
  }

  /// Of the packet that was taken last.
  var bytes: RawSpan {
    @_lifetime(borrow self) borrowing get {
      guard let lent else { return RawSpan() }
      let bytes = chunks[lent.chunk].bytes
      let span = unsafe bytes.span.bytes.extracting(lent.start..<(lent.start + Int(lent.head.captured)))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  private mutating func release() {
    guard let lent else { return }
    self.lent = nil
    chunks[lent.chunk].count -= 1
    guard chunks[lent.chunk].count == 0 else { return }
    let isUsual = chunks[lent.chunk].bytes.capacity <= 2 * InterfaceMerge.chunkSize
    chunks[lent.chunk].bytes.removeAll(keepingCapacity: isUsual)
    if lent.chunk != filling { free.append(lent.chunk) }
  }

  private mutating func room(for count: Int) -> Int {
    if !chunks.isEmpty, chunks[filling].bytes.isEmpty || chunks[filling].bytes.count + count <= InterfaceMerge.chunkSize
    {
      return filling
    }
    if let empty = free.popLast() {
      filling = empty
    } else {
      chunks.append(Chunk())
      filling = chunks.count - 1
    }
    return filling
  }
}
