/// Which packet, as a person would look it up: the input and the 1-based number in that file, as Wireshark's
/// `frame.number`. Eight bytes: the input's index (from 0) above 48 bits of number. Zero is no packet.
public struct PacketReference: BitwiseCopyable, Hashable, Sendable {
  public var rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// - Parameters:
  ///   - input: 0 ..< 65,536
  ///   - number: 1 ..< 2^48
  public init(input: Int, number: UInt64) {
    rawValue = UInt64(UInt16(truncatingIfNeeded: input)) << 48 | (number & 0xffff_ffff_ffff)
  }

  public static var none: PacketReference { PacketReference(rawValue: 0) }

  public var input: Int { Int(rawValue >> 48) }
  public var number: UInt64 { rawValue & 0xffff_ffff_ffff }
  public var isNone: Bool { rawValue == 0 }
}
