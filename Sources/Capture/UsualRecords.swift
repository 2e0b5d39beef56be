public import Wire

/// The next packets of a pcap file, as far as they are whole in the window and there is nothing to say about them: a view over the
/// window that goes from record to record without asking the file's reader. What it stops at, `Timeline.next()` has to look at.
///
/// Inlinable, so that reading a record and decoding its frame are one piece of code, and where it is stays in registers.
public struct UsualRecords: ~Escapable {
  /// How far it has got.
  public struct Passed: BitwiseCopyable, Sendable {
    /// Bytes of the window.
    public var bytes = 0
    /// Packets, all of them of the current input: each takes the next number in it, and over the run.
    public var packets: UInt64 = 0
    /// The latest packet's time, ns.
    public var time: Int64
    /// What the packets had on the wire, bytes.
    public var originalBytes: UInt64 = 0
  }

  @usableFromInline let window: RawSpan
  @usableFromInline let layout: UsualLayout
  /// The packet before the first, and how many frames of all inputs were before it.
  @usableFromInline let reference: UInt64
  @usableFromInline let frames: UInt64
  /// Most packets.
  @usableFromInline let most: UInt64
  /// No packet may be later, ns.
  @usableFromInline let latest: Int64
  @usableFromInline var state: Passed

  /// For `Timeline.pass(_:)`, before anything else is asked for.
  public var passed: Passed { state }

  @_lifetime(copy window)
  init(
    _ window: RawSpan, _ layout: UsualLayout, after packet: PacketReference, frames: UInt64, most: UInt64,
    from time: Int64, to latest: Int64
  ) {
    self.window = window
    self.layout = layout
    reference = packet.rawValue
    self.frames = frames
    self.most = most
    self.latest = latest
    state = Passed(time: time)
  }

  /// The bytes of the next frame; nil where `Timeline.next()` has to look, or `most` are through. What else it is, `frame` says: a decoder
  /// that takes what it needs needs no `Frame`, which would be written to memory for it.
  @inlinable @inline(__always) @_lifetime(copy self)
  public mutating func next() -> RawSpan? {
    let start = state.bytes
    let left = window.byteCount &- start
    guard left >= 16, state.packets < most else { return nil }
    var (seconds, fraction) = window.pair(at: start)
    var (captured, original) = window.pair(at: start &+ 8)
    if layout.isSwapped {
      (seconds, fraction) = (seconds.byteSwapped, fraction.byteSwapped)
      (captured, original) = (captured.byteSwapped, original.byteSwapped)
    }
    guard captured <= UsualLayout.largestPacket, 16 &+ Int(captured) <= left else { return nil }
    let time = layout.time(seconds, fraction)
    guard time >= state.time, time <= latest else { return nil }
    let end = start &+ 16 &+ Int(captured)
    state.bytes = end
    state.packets &+= 1
    state.time = time
    state.originalBytes &+= UInt64(original)
    return window.extracting(start &+ 16..<end)
  }

  /// Of the latest frame: what its record says.
  @inlinable @inline(__always) public var time: Timestamp { Timestamp(nanoseconds: state.time) }
  /// Input and number of the latest frame.
  @inlinable @inline(__always) public var packet: PacketReference {
    PacketReference(rawValue: reference &+ state.packets)
  }
  /// Number of the latest frame over the whole run.
  @inlinable @inline(__always) public var ordinal: UInt64 { frames &+ state.packets }
  /// Of all of them.
  @inlinable @inline(__always) public var linkType: LinkType { LinkType(rawValue: layout.linkType) }
  /// Of all of them, as `Frame.interface`.
  @inlinable @inline(__always) public var interface: UInt16 { layout.interface }

  /// The latest frame, for whoever wants all of it.
  /// - Parameter bytes: as `next` gave them.
  @_lifetime(copy bytes)
  public func frame(_ bytes: RawSpan) -> Frame {
    Frame(
      bytes: bytes, originalLength: originalLength(bytes.byteCount), time: time, packet: packet, ordinal: ordinal,
      linkType: linkType, interface: interface)
  }

  /// Of the latest frame, read once more: its record's header lies before its bytes.
  private func originalLength(_ captured: Int) -> Int {
    let (_, original) = window.pair(at: state.bytes &- captured &- 8)
    return Int(layout.isSwapped ? original.byteSwapped : original)
  }
}

/// How the records of a pcap file are laid out, where it is as nearly always: a header of 16 bytes, the captured length first.
@usableFromInline struct UsualLayout: BitwiseCopyable, Sendable {
  /// Most bytes of one packet: libpcap's MAXIMUM_SNAPLEN. A longer one is damage: nothing records it.
  @inlinable static var largestPacket: UInt32 { 262_144 }

  /// The other byte order than this machine's.
  @usableFromInline var isSwapped = false
  /// Nanoseconds of one unit of the fraction.
  @usableFromInline var unit: Int64 = 1000
  @usableFromInline var linkType: UInt16 = 0
  /// Index over the run.
  @usableFromInline var interface: UInt16 = 0

  init() {}

  /// Seconds without a sign, as the draft has them; the fraction with one, as libpcap has it: only a nonsensical one is
  /// that large.
  @inlinable @inline(__always) func time(_ seconds: UInt32, _ fraction: UInt32) -> Int64 {
    Int64(seconds) &* 1_000_000_000 &+ Int64(Int32(bitPattern: fraction)) &* unit
  }
}
