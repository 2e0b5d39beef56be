internal import Wire

/// The packets of a section of several interfaces, merged by their times. Recorders write what each interface has ready, one after
/// the other, so that an answer may stand before its question.
///
/// A packet waits until the file has come `span` further, and overtakes only what was read before it on other interfaces and is
/// less than `span` later: within one interface the file's order holds, and so it does between clocks that are farther apart. (Those that
/// are nearer can't be told from a recorder that is late: there times decide, though the file may be in the true order.) None
/// waits while the file goes on by more than `mostWaiting` packets, or when there is no room for the next. So memory and distances
/// are bounded, and a packet takes a few steps and a look at each interface.
///
/// Why the unsafe lines hold: a packet's bytes are copied while the source lends them, into a place whose bounds were checked; what
/// is lent lies in an array that is not written to before this value is changed.
struct InterfaceMerge {
  /// ns. Recorders hand on what they have four times a second (dumpcap, and libpcap's ring), or more often.
  static var span: Int64 { 500_000_000 }
  /// Most interfaces that are compared.
  static var interfaceLimit: Int { 64 }
  /// Most bytes of packets that wait; room for them is made as it is needed.
  static var byteLimit: Int { 4 << 20 }
  /// Packets in a row that were dated too far before those that waited: then the clocks are apart, and waiting is given up.
  private static var mostApart: Int { 1000 }
  /// A power of two, above the distances that a reference can tell.
  private static var slots: UInt64 { 8192 }
  static var mostWaiting: UInt64 { PacketReference.farthest }

  private struct Slot {
    var head = PacketHead()
    var number: UInt64 = 0
    /// Where its bytes begin.
    var start = 0
    /// Turn of the next of its interface that waits; 0 none.
    var next: UInt64 = 0
    var queue = 0
    var waits = false
  }

  /// The packets of one interface.
  private struct Queue {
    var interface: UInt16
    /// Turns of the first and the last that wait; 0 none.
    var first: UInt64 = 0
    var last: UInt64 = 0
    /// The time of the one that was read last.
    var latest: Int64
  }

  /// `[turn]`, modulo their number.
  private var slots: [Slot] = []
  private var bytes: [UInt8] = []
  private var queues: [Queue] = []
  /// Of the packet that was met last.
  private var queue = 0
  /// Packets that were held so far: the turn of the last. And that were given out.
  private var held: UInt64 = 0
  private var given: UInt64 = 0
  /// Turns: of the first in the file of those that wait, of the first by time, and of the one that was given last.
  private var oldest: UInt64 = 1
  private var earliest: UInt64 = 0
  private var lent: UInt64 = 0
  /// Packets in a row that were dated far before those that waited.
  private var apart = 0
  /// The latest time of those that waited together.
  private var newest = Int64.min
  /// Where bytes are put next.
  private var end = 0

  /// Forgets the interfaces; nothing waits.
  mutating func begin() {
    queues.removeAll(keepingCapacity: true)
    apart = 0
  }

  /// Takes note of a packet that was read. False where the file's order has to do from here on: the clock of its interface was set
  /// back, clocks are too far apart, or there are too many interfaces to compare.
  mutating func meet(_ head: PacketHead, number: UInt64) -> Bool {
    if queue >= queues.count || queues[queue].interface != head.interface {
      queue = queues.firstIndex { $0.interface == head.interface } ?? queues.count
    }
    guard queue < queues.count else {
      queues.append(Queue(interface: head.interface, latest: head.time))
      return queues.count <= Self.interfaceLimit && number <= PacketReference.mostMoved
    }
    if given < held, head.time <= newest &- Self.span { apart += 1 }
    let before = queues[queue].latest
    queues[queue].latest = head.time
    return before &- head.time < Notes.leastStep && apart <= Self.mostApart && number <= PacketReference.mostMoved
  }

  /// Gives out what has to go before the packet that was met last is held; false where nothing has.
  /// - Parameter ahead: that packet; nil where everything goes.
  mutating func give(before ahead: PacketHead?, number: UInt64) -> Bool {
    guard given < held else { return false }
    guard let ahead, ahead.time > newest &- Self.span else {
      giveEarliest()
      return true
    }
    let hasComeFar = slots[place(earliest)].head.time <= max(newest, ahead.time) &- Self.span
    if hasComeFar { apart = 0 }
    guard
      hasComeFar || number &- slots[place(oldest)].number > Self.mostWaiting || room(for: Int(ahead.captured)) == nil
    else { return false }
    giveEarliest()
    return true
  }

  /// Holds the packet that was met last.
  mutating func hold(_ head: PacketHead, number: UInt64, _ packet: RawSpan) {
    if slots.isEmpty { slots = [Slot](repeating: Slot(), count: Int(Self.slots)) }
    if given == held { (oldest, earliest, newest, end) = (held + 1, 0, .min, 0) }
    let start = room(for: packet.byteCount) ?? 0
    end = start + packet.byteCount
    unsafe packet.withUnsafeBytes { source in
      unsafe bytes.withUnsafeMutableBytes { unsafe $0[start..<end].copyBytes(from: source) }
    }
    held += 1
    slots[place(held)] = Slot(head: head, number: number, start: start, queue: queue, waits: true)
    if queues[queue].first == 0 {
      queues[queue].first = held
    } else {
      slots[place(queues[queue].last)].next = held
    }
    queues[queue].last = held
    newest = max(newest, head.time)
    // The first of its interface may be the first of all; the file's order decides where times are equal.
    if queues[queue].first == held, earliest == 0 || head.time < slots[place(earliest)].head.time { earliest = held }
  }

  /// Of the packet that was given out last.
  var head: PacketHead { slots[place(lent)].head }
  var span: RawSpan {
    @_lifetime(borrow self) borrowing get {
      let slot = slots[place(lent)]
      let span = unsafe bytes.span.bytes.extracting(slot.start..<(slot.start + Int(slot.head.captured)))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
  func packet(input: Int) -> PacketReference {
    // As many were given out before it as were held before this one.
    PacketReference(input: input, number: slots[place(lent)].number, place: slots[place(given)].number)
  }

  private func place(_ turn: UInt64) -> Int { Int(turn & (Self.slots - 1)) }

  private mutating func giveEarliest() {
    lent = earliest
    given += 1
    if lent != given { apart = 0 }
    slots[place(lent)].waits = false
    queues[slots[place(lent)].queue].first = slots[place(lent)].next
    while oldest <= held, !slots[place(oldest)].waits { oldest += 1 }
    earliest = 0
    for queue in queues where queue.first > 0 {
      let time = slots[place(queue.first)].head.time
      let least = slots[place(earliest)].head.time
      if earliest == 0 || time < least || time == least && queue.first < earliest { earliest = queue.first }
    }
  }

  /// Where so many bytes find room behind those that wait, or before them.
  private mutating func room(for count: Int) -> Int? {
    while true {
      let low = given < held ? slots[place(oldest)].start : 0
      if given < held, end <= low {
        if low - end > count { return end }
      } else if bytes.count - end >= count {
        return end
      } else if low > count {
        return 0
      }
      guard bytes.count < Self.byteLimit else { return nil }
      grow()
    }
  }

  private mutating func grow() {
    var larger = [UInt8](repeating: 0, count: max(2 * bytes.count, Self.byteLimit / 16))
    end = 0
    for turn in oldest..<(held + 1) where slots[place(turn)].waits {
      let start = slots[place(turn)].start
      let count = Int(slots[place(turn)].head.captured)
      larger.replaceSubrange(end..<(end + count), with: bytes[start..<(start + count)])
      slots[place(turn)].start = end
      end += count
    }
    bytes = larger
  }
}
