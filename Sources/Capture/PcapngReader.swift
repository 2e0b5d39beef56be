internal import Wire

/// pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, interfaces each with link type, snaplen and clock.
struct PcapngReader {
  /// Most bytes of a block that carries something for us, as in libpcap; a larger one is damage. What we have no use for
  /// is skipped at any length.
  static var largestBlock: UInt32 { 16 << 20 }

  enum BlockType {
    static var section: UInt32 { 0x0a0d_0d0a }
    static var interface: UInt32 { 1 }
    static var packet: UInt32 { 2 }
    static var simplePacket: UInt32 { 3 }
    static var statistics: UInt32 { 5 }
    static var enhancedPacket: UInt32 { 6 }
    static var journal: UInt32 { 9 }
    static var customCopied: UInt32 { 0x0000_0bad }
    static var customNotCopied: UInt32 { 0x4000_0bad }
  }

  /// An interface of the section at hand.
  struct Interface {
    /// Index over the run.
    let index: UInt16
    let linkType: UInt16
    let snaplen: UInt32
    let clock: PcapngClock
    /// Times of its first and its previous packet, of its previous statistics, ns; `.min` is none.
    var first = Int64.min
    var previous = Int64.min
    var statistics = Int64.min
    /// Drops that were added to the losses: by the kernel, by the interface; and those that packets told of.
    var kernelDropped: UInt64 = 0
    var interfaceDropped: UInt64 = 0
    var located: UInt64 = 0

    /// Notes a packet's time; nil, and nothing noted, where it is the first, before the one before it, or after `latest`.
    @inline(__always) mutating func pass(
      _ ticks: UInt64, latest: Int64
    ) -> (time: Int64, index: UInt16, linkType: UInt16)? {
      let time = clock.time(ticks)
      guard time >= previous, previous != .min, time <= latest else { return nil }
      previous = time
      return (time, index, linkType)
    }
  }

  var isSwapped = false
  var interfaces: [Interface] = []
  /// Sections so far.
  var sections = 0
  /// Bytes from the end of the packet that was lent to the end of its block.
  private var tail = 0
  /// The latest packet's time: a simple packet block has none.
  private(set) var latest = Int64.min
  /// When the recorder stopped, as it says itself, ns; `.min` where it does not.
  var stopped = Int64.min

  init() {}

  /// Whether a section header is what the window begins with; 12 bytes of it are there.
  static func begins(_ source: borrowing ByteSource) -> Bool {
    let magic = source.u32(at: 8)
    return source.u32(at: 0) == BlockType.section && (magic == 0x1a2b_3c4d || magic == 0x4d3c_2b1a)
  }

  /// As `next`, where there is nothing to say about the packet: an enhanced packet block without options, whole in the
  /// window, its time neither before that of the interface's packet before nor after `latest`. Else nil, and `next` has to look.
  @inline(__always) mutating func usual(_ source: inout ByteSource, latest limit: Int64) -> PacketHead? {
    source.advance(tail)
    tail = 0
    guard source.available >= 32 else { return nil }
    let (type, length) = pair(source, 0)
    let (id, high) = pair(source, 8)
    let (low, captured) = pair(source, 16)
    // 28 bytes before the packet, 4 behind it, and up to 3 to fill up.
    guard type == BlockType.enhancedPacket, length >= 32, length <= Self.largestBlock,
      source.available >= Int(length), Int(length) == 32 &+ (Int(captured) &+ 3) & ~3
    else { return nil }
    let original = source.u32(at: 24).in(order: isSwapped)
    let again = source.u32(at: Int(length) &- 4).in(order: isSwapped)
    let ticks = UInt64(high) << 32 | UInt64(low)
    guard again == length, Int(id) < interfaces.count,
      let interface = interfaces[Int(id)].pass(ticks, latest: limit)
    else { return nil }
    latest = interface.time
    source.advance(28)
    tail = Int(length) &- 28 &- Int(captured)
    return PacketHead(
      time: interface.time, captured: captured, original: original, interface: interface.index,
      linkType: interface.linkType)
  }

  @inline(__always) private func pair(_ source: borrowing ByteSource, _ place: Int) -> (UInt32, UInt32) {
    let (first, second) = source.pair(at: place)
    return (first.in(order: isSwapped), second.in(order: isSwapped))
  }

  /// The next packet's head, its bytes being the next of the source; nil at the end.
  /// - Parameter number: of the packet before; moves on to this one's.
  mutating func next(
    _ source: inout ByteSource, input: Int, number: inout UInt64, notes: inout Notes
  ) throws(CaptureError) -> PacketHead? {
    source.advance(tail)
    tail = 0
    while true {
      if source.available < 12, try !beginBlock(&source) { return nil }
      guard source.u32(at: 0).in(order: isSwapped) == BlockType.enhancedPacket else {
        if let head = try other(&source, input: input, number: &number, notes: &notes) { return head }
        continue
      }
      return try enhancedPacket(&source, input: input, number: &number, notes: &notes)
    }
  }

  /// A block's first 12 bytes; false at the end of the file.
  @inline(never) private func beginBlock(_ source: inout ByteSource) throws(CaptureError) -> Bool {
    if try source.fill(12) { return true }
    if source.available == 0 { return false }
    throw .cutShort(source, "a block's header", has: source.available, needs: 12)
  }

  /// Brings a whole block into the window, and holds its two lengths against each other.
  /// - Returns: its length in bytes, at least `least`.
  @inline(__always) func wholeBlock(_ source: inout ByteSource, least: UInt32) throws(CaptureError) -> Int {
    let length = source.u32(at: 4).in(order: isSwapped)
    guard length >= least, length <= Self.largestBlock else { throw blockLengthError(source, length, least: least) }
    if source.available < Int(length), try !source.fill(Int(length)) {
      throw .cutShort(source, "a block", has: source.available, needs: Int(length))
    }
    let again = source.u32(at: Int(length) - 4).in(order: isSwapped)
    guard again == length else { throw trailerError(source, length, again) }
    return Int(length)
  }

  @inline(__always) private mutating func enhancedPacket(
    _ source: inout ByteSource, input: Int, number: inout UInt64, notes: inout Notes
  ) throws(CaptureError) -> PacketHead {
    let length = try wholeBlock(&source, least: 32)
    let id = Int(source.u32(at: 8).in(order: isSwapped))
    let high = source.u32(at: 12).in(order: isSwapped)
    let low = source.u32(at: 16).in(order: isSwapped)
    let captured = Int(source.u32(at: 20).in(order: isSwapped))
    let original = source.u32(at: 24).in(order: isSwapped)
    guard id < interfaces.count else { throw unknownInterface(source, id) }
    guard captured <= length - 32 else { throw packetLengthError(source, captured, length) }
    let time = interfaces[id].clock.time(UInt64(high) << 32 | UInt64(low))
    let padded = 28 + (captured + 3) & ~3
    if padded + 8 <= length - 4 {
      let dropped = epbDropped(source, padded, length - 4)
      if dropped > 0 { note(dropped, interface: id, until: time, &notes) }
    }
    source.advance(28)
    tail = length - 28 - captured
    return head(id, time, captured, original, input: input, number: &number, notes: &notes)
  }

  @inline(__always) private mutating func head(
    _ id: Int, _ time: Int64, _ captured: Int, _ original: UInt32, input: Int, number: inout UInt64, notes: inout Notes
  ) -> PacketHead {
    number &+= 1
    notes.observe(time, after: interfaces[id].previous, input: input, number: number)
    if interfaces[id].first == .min { interfaces[id].first = time }
    interfaces[id].previous = time
    latest = time
    return PacketHead(
      time: time, captured: UInt32(truncatingIfNeeded: captured), original: original,
      interface: interfaces[id].index, linkType: interfaces[id].linkType)
  }

  /// Any block but the usual one; a head where it is a packet.
  @inline(never) private mutating func other(
    _ source: inout ByteSource, input: Int, number: inout UInt64, notes: inout Notes
  ) throws(CaptureError) -> PacketHead? {
    let type = source.u32(at: 0).in(order: isSwapped)
    switch type {
    // The same in either order.
    case BlockType.section:
      try beginSection(&source)
    case BlockType.interface:
      try addInterface(&source, input: input, notes: &notes)
    case BlockType.statistics:
      try takeStatistics(&source, number: number, notes: &notes)
    case BlockType.packet:
      return try packet(&source, input: input, number: &number, notes: &notes)
    case BlockType.simplePacket:
      return try simplePacket(&source, input: input, number: &number, notes: &notes)
    case BlockType.customCopied, BlockType.customNotCopied, BlockType.journal:
      // Wireshark shows them among the packets, and numbers them so.
      try skipBlock(&source)
      number &+= 1
    default:
      try skipBlock(&source)
    }
    return nil
  }

  /// The obsolete packet block: 16 bits of interface, and packets lost before this one.
  private mutating func packet(
    _ source: inout ByteSource, input: Int, number: inout UInt64, notes: inout Notes
  ) throws(CaptureError) -> PacketHead {
    let length = try wholeBlock(&source, least: 32)
    let id = Int(source.u16(at: 8).in(order: isSwapped))
    let dropped = source.u16(at: 10).in(order: isSwapped)
    let high = source.u32(at: 12).in(order: isSwapped)
    let low = source.u32(at: 16).in(order: isSwapped)
    let captured = Int(source.u32(at: 20).in(order: isSwapped))
    let original = source.u32(at: 24).in(order: isSwapped)
    guard id < interfaces.count else { throw unknownInterface(source, id) }
    guard captured <= length - 32 else { throw packetLengthError(source, captured, length) }
    let time = interfaces[id].clock.time(UInt64(high) << 32 | UInt64(low))
    // All ones: not known.
    if dropped > 0 && dropped != .max { note(UInt64(dropped), interface: id, until: time, &notes) }
    source.advance(28)
    tail = length - 28 - captured
    return head(id, time, captured, original, input: input, number: &number, notes: &notes)
  }

  /// No interface, no time, no captured length: the first interface, the latest time, what the snaplen leaves.
  private mutating func simplePacket(
    _ source: inout ByteSource, input: Int, number: inout UInt64, notes: inout Notes
  ) throws(CaptureError) -> PacketHead {
    let length = try wholeBlock(&source, least: 16)
    guard let interface = interfaces.first else { throw unknownInterface(source, 0) }
    let original = source.u32(at: 8).in(order: isSwapped)
    let snaplen = interface.snaplen == 0 ? UInt32.max : interface.snaplen
    let captured = min(Int(min(original, snaplen)), length - 16)
    source.advance(12)
    tail = length - 12 - captured
    number &+= 1
    let time = latest == .min ? 0 : latest
    return PacketHead(
      time: time, captured: UInt32(truncatingIfNeeded: captured), original: original, interface: interface.index,
      linkType: interface.linkType)
  }

  private func skipBlock(_ source: inout ByteSource) throws(CaptureError) {
    let length = source.u32(at: 4).in(order: isSwapped)
    if length <= UInt32(ByteSource.bufferSize) {
      source.advance(try wholeBlock(&source, least: 12))
      return
    }
    // Its start is gone when its end is known: the errors tell where they were found.
    guard try source.skip(UInt64(length) - 4), try source.fill(4) else {
      throw .cutShort(source, "a block", has: 0, needs: Int(length))
    }
    let again = source.u32(at: 0).in(order: isSwapped)
    guard again == length else { throw trailerError(source, length, again) }
    source.advance(4)
  }
}

extension FixedWidthInteger {
  /// Read in this machine's order; what is meant where the file's differs.
  @inline(__always) func `in`(order isSwapped: Bool) -> Self { isSwapped ? byteSwapped : self }
}
