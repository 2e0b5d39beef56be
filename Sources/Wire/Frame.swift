/// One captured frame, lent by its source until the next one is asked for.
///
/// `~Escapable`: the compiler refuses to keep it, so that sources can reuse one buffer.
public struct Frame: ~Escapable, BitwiseCopyable {
  /// What was captured; may be shorter than what was on the wire (snaplen).
  public let bytes: RawSpan
  /// Length on the wire as the file claims it, in bytes. At least `bytes.byteCount` where the source is sound.
  public let originalLength: Int
  /// As the capture dates it: within one interface it may run backwards.
  public let time: Timestamp
  /// Input and number in its file.
  public let packet: PacketReference
  /// Number over the whole run, 1-based, in timeline order, before any filter.
  public let ordinal: UInt64
  /// Of the interface it was captured on: inputs and interfaces differ.
  public let linkType: LinkType
  /// Index of the capture's interface over the whole run, 0-based.
  public let interface: UInt16

  /// A frame that lives no longer than `bytes`; nothing is copied.
  @inlinable @_lifetime(copy bytes)
  public init(
    bytes: RawSpan, originalLength: Int, time: Timestamp, packet: PacketReference, ordinal: UInt64, linkType: LinkType,
    interface: UInt16 = 0
  ) {
    self.bytes = bytes
    self.originalLength = originalLength
    self.time = time
    self.packet = packet
    self.ordinal = ordinal
    self.linkType = linkType
    self.interface = interface
  }
}
