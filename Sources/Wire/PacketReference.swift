/// Which packet, as a person would look it up: the input and the 1-based number in that file, as Wireshark's
/// `frame.number`. Eight bytes: the input's index (from 0) above one bit and 47 bits of number. Zero is no packet.
public struct PacketReference: BitwiseCopyable, Hashable, Sendable {
  public var rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// - Parameters:
  ///   - input: 0 ..< 65,536
  ///   - number: 1 ..< 2^47
  ///   - isMerged: in this part of the input packets of several interfaces are in order of their times, not of their numbers.
  public init(input: Int, number: UInt64, isMerged: Bool = false) {
    rawValue =
      UInt64(UInt16(truncatingIfNeeded: input)) << 48 | (number & Self.numbers) | (isMerged ? Self.numbers + 1 : 0)
  }

  private static var numbers: UInt64 { 0x7fff_ffff_ffff }

  public static var none: PacketReference { PacketReference(rawValue: 0) }

  public var input: Int { Int(rawValue >> 48) }
  public var number: UInt64 { rawValue & Self.numbers }
  public var isMerged: Bool { rawValue & (Self.numbers + 1) != 0 }
  public var isNone: Bool { rawValue == 0 }
}
