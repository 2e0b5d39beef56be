internal import Wire

// Numbers of odd sizes, for records that are kept by the million. Exact, or not at all.

/// 0 ..< 2^48.
struct UInt48: BitwiseCopyable, Sendable {
  private var low: UInt16
  private var middle: UInt16
  private var high: UInt16

  init?(_ value: Int64) {
    guard value >= 0, value < 1 << 48 else { return nil }
    low = UInt16(truncatingIfNeeded: value)
    middle = UInt16(truncatingIfNeeded: value >> 16)
    high = UInt16(truncatingIfNeeded: value >> 32)
  }

  var value: Int64 { Int64(low) | Int64(middle) << 16 | Int64(high) << 32 }
}

/// All 64 bits, where fields of four bytes at most lie side by side.
struct UInt64Halves: BitwiseCopyable, Hashable, Sendable {
  private var low: UInt32
  private var high: UInt32

  init(_ value: UInt64) {
    low = UInt32(truncatingIfNeeded: value)
    high = UInt32(truncatingIfNeeded: value >> 32)
  }

  var value: UInt64 { UInt64(high) << 32 | UInt64(low) }
}

/// 0 ..< 2^24 - 1, or none.
struct UInt24: BitwiseCopyable, Sendable {
  private var low: UInt8
  private var middle: UInt8
  private var high: UInt8

  init?(_ value: UInt32) {
    guard value < 0xff_ffff else { return nil }
    self.init(raw: value)
  }

  private init(raw: UInt32) {
    low = UInt8(truncatingIfNeeded: raw)
    middle = UInt8(truncatingIfNeeded: raw >> 8)
    high = UInt8(truncatingIfNeeded: raw >> 16)
  }

  static var zero: UInt24 { UInt24(raw: 0) }
  static var none: UInt24 { UInt24(raw: 0xff_ffff) }
  var isNone: Bool { value == 0xff_ffff }
  var value: UInt32 { UInt32(low) | UInt32(middle) << 8 | UInt32(high) << 16 }
}

/// A moment up to 4.2 s and 2^24 - 2 packets of the same input after another, in the order of the file both.
struct NearMoment: BitwiseCopyable, Sendable {
  // Of two bytes and one, so that whatever follows may lie anywhere.
  private var timeLow: UInt16
  private var timeHigh: UInt16
  private(set) var packets: UInt24

  var time: UInt32 { UInt32(timeLow) | UInt32(timeHigh) << 16 }

  static var zero: NearMoment { NearMoment() }

  private init() {
    timeLow = 0
    timeHigh = 0
    packets = .zero
  }

  @inline(__always) init?(_ moment: Moment, after base: Moment) {
    guard let far = FarMoment(moment, after: base), let time = UInt32(exactly: far.time.value),
      let packets = UInt24(far.packets)
    else { return nil }
    timeLow = UInt16(truncatingIfNeeded: time)
    timeHigh = UInt16(truncatingIfNeeded: time >> 16)
    self.packets = packets
  }

  func moment(after base: Moment) -> Moment {
    Moment(
      time: base.time.advanced(by: Int64(time)),
      packet: PacketReference(rawValue: base.packet.rawValue + UInt64(packets.value)))
  }

  /// The one that `later` is after.
  func moment(before later: Moment) -> Moment {
    Moment(
      time: later.time.advanced(by: -Int64(time)),
      packet: PacketReference(rawValue: later.packet.rawValue - UInt64(packets.value)))
  }
}

/// A moment up to three days and 2^32 packets of the same input after another, in the order of the file both.
struct FarMoment {
  let time: UInt48
  let packets: UInt32

  @inline(__always) init?(_ moment: Moment, after base: Moment) {
    // Of one input and handed out in their turn, both: then their references differ by the packets between them.
    let (packet, start) = (moment.packet.rawValue, base.packet.rawValue)
    guard packet ^ start < 1 << 47, !base.packet.isMoved, packet >= start,
      let packets = UInt32(exactly: packet - start), let time = UInt48(moment.time.since(base.time))
    else { return nil }
    self.time = time
    self.packets = packets
  }
}
