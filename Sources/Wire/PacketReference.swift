/// Which packet, as a person would look it up: the input and the 1-based number in that file, as Wireshark's
/// `frame.number`. Eight bytes: the input's index (from 0) above 47 bits of number. Zero is no packet.
///
/// A packet that was handed out before or after its turn in the file says by how much, in 14 bits that its number does without:
/// what came first is told from two references alone.
public struct PacketReference: BitwiseCopyable, Hashable, Sendable {
  /// From the top: 16 bits of input, 1 that says "moved", then 47 of number, or 14 of distance and 33 of number.
  public var rawValue: UInt64

  /// What `rawValue` of another gave; 0 is `none`.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// - Parameters:
  ///   - input: 0 ..< 65,536
  ///   - number: 1 ..< 2^47
  public init(input: Int, number: UInt64) {
    rawValue = UInt64(UInt16(truncatingIfNeeded: input)) << 48 | (number & 0x7fff_ffff_ffff)
  }

  /// - Parameters:
  ///   - number: 1 ... `mostMoved`
  ///   - place: of which number it would be, were they given in the order in which packets are handed out; at most
  ///     `farthest` away.
  public init(input: Int, number: UInt64, place: UInt64) {
    self.init(input: input, number: number)
    if place != number { rawValue |= Self.moved | ((place &- number) & Self.distances) << Self.distanceShift }
  }

  /// The largest number of a packet that may be moved.
  public static var mostMoved: UInt64 { (1 << distanceShift) - 1 }
  /// Packets.
  public static var farthest: UInt64 { distances >> 1 }

  private static var moved: UInt64 { 1 << 47 }
  private static var distances: UInt64 { (1 << 14) - 1 }
  private static var distanceShift: UInt64 { 33 }

  /// No packet: where evidence has none to point to.
  public static var none: PacketReference { PacketReference(rawValue: 0) }

  /// Index into the run's inputs, from 0.
  public var input: Int { Int(rawValue >> 48) }
  /// 1-based in its own file, as Wireshark's `frame.number`; 0 of `none`.
  public var number: UInt64 { rawValue & (isMoved ? Self.mostMoved : 0x7fff_ffff_ffff) }
  /// Whether it was handed out before or after its turn in the file.
  public var isMoved: Bool { rawValue & Self.moved != 0 }
  /// Order of the packets of one input, as they were handed out.
  public var place: UInt64 {
    guard isMoved else { return number }
    let distance = Int64(bitPattern: rawValue << 17) >> 50
    return number &+ UInt64(bitPattern: distance)
  }
  /// Whether it stands for no packet.
  public var isNone: Bool { rawValue == 0 }
}
