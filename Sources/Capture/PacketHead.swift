/// What a reader says of the packet whose bytes come next in the source.
struct PacketHead {
  /// Nanoseconds since 1970.
  var time: Int64 = 0
  /// Bytes that were captured.
  var captured: UInt32 = 0
  /// Bytes on the wire, as the file claims.
  var original: UInt32 = 0
  /// Index over the run.
  var interface: UInt16 = 0
  var linkType: UInt16 = 0
}
