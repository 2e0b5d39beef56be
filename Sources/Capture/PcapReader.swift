internal import Wire

/// The classic format (draft-ietf-opsawg-pcap), with the variants that libpcap's own reader accepts.
struct PcapReader {
  /// In files older than 2.3 captured length and length are the other way round; in 2.3 they may be.
  private enum LengthOrder { case capturedFirst, capturedSecond, smallerIsCaptured }

  private(set) var layout = UsualLayout()
  private var headerLength = 16
  private var lengthOrder = LengthOrder.capturedFirst
  /// The latest packet's time, ns; `.min` is none.
  private(set) var previous = Int64.min

  /// What the first four bytes say; nil where they are no pcap's.
  private struct Variant {
    var isSwapped = false
    var headerLength = 16
    var unit: Int64 = 1000

    init?(magic: UInt32) {
      switch magic {
      case 0xa1b2_c3d4: break
      case 0xa1b2_3c4d: unit = 1
      // Navtel's, the same but for the number.
      case 0xa12b_3c4d: break
      // Kuznetzov's and Mesquita's patches: interface index, protocol and packet type behind the lengths.
      case 0xa1b2_cd34, 0xa1b2_34cd: headerLength = 24
      default: return nil
      }
    }
  }

  static func recognises(_ magic: UInt32) -> Bool {
    Variant(magic: magic) != nil || Variant(magic: magic.byteSwapped) != nil
  }

  /// Of no file yet.
  init() {}

  /// Reads the file's header.
  init(_ source: inout ByteSource, input: Int, notes: inout Notes) throws(CaptureError) {
    guard try source.fill(24) else {
      throw CaptureError(
        path: source.path, offset: 0, cause: "the file ends in its header: \(source.available) of 24 bytes",
        mend: "record again; tcpdump -U writes packet by packet", isTruncation: true)
    }
    let magic = source.u32(at: 0)
    let isSwapped = Variant(magic: magic) == nil
    guard let variant = Variant(magic: magic) ?? Variant(magic: magic.byteSwapped) else {
      throw CaptureError(path: source.path, offset: 0, cause: "not a pcap file")
    }
    headerLength = variant.headerLength
    layout.isSwapped = isSwapped
    layout.unit = variant.unit
    let major = isSwapped ? source.u16(at: 4).byteSwapped : source.u16(at: 4)
    let minor = isSwapped ? source.u16(at: 6).byteSwapped : source.u16(at: 6)
    switch (major, minor) {
    // DG/UX wrote 543.0.
    case (2, 0..<3), (543, 0): lengthOrder = .capturedSecond
    case (2, 3): lengthOrder = .smallerIsCaptured
    case (2, 4): lengthOrder = .capturedFirst
    default:
      throw CaptureError(
        path: source.path, offset: 4, cause: "pcap version \(major).\(minor): 2.0 to 2.4 are known",
        mend: "write it anew: editcap -F pcapng")
    }
    let snaplen = isSwapped ? source.u32(at: 16).byteSwapped : source.u32(at: 16)
    // The upper bits tell whether frames end in a checksum, and its length: IP's own length cuts it off.
    let network = isSwapped ? source.u32(at: 20).byteSwapped : source.u32(at: 20)
    guard network & 0x03ff_0000 == 0 else {
      throw CaptureError(
        path: source.path, offset: 20, cause: "link type 0x\(String(network, radix: 16)) has reserved bits set",
        mend: "the header is damaged: record again")
    }
    let linkType = UInt16(truncatingIfNeeded: network)
    let described = CaptureInterface(
      input: input, name: nil, linkType: LinkType(rawValue: linkType), snaplen: snaplen)
    guard let index = notes.add(described) else { throw .tooManyInterfaces(source) }
    layout.linkType = linkType
    layout.interface = index
    source.advance(24)
  }

  /// Whether all records are laid out as `layout` says.
  var isUsual: Bool { headerLength == 16 && lengthOrder == .capturedFirst }

  /// Somebody else has read on to a packet of that time.
  mutating func pass(_ time: Int64) { previous = time }

  /// The next packet's head, its bytes being the next of the source; nil at the end.
  /// - Parameter number: of the packet before; moves on to this one's.
  mutating func next(
    _ source: inout ByteSource, input: Int, number: inout UInt64, notes: inout Notes
  ) throws(CaptureError) -> PacketHead? {
    if source.available < headerLength, try !beginRecord(&source) { return nil }
    var (seconds, fraction) = source.pair(at: 0)
    var (captured, original) = source.pair(at: 8)
    if layout.isSwapped {
      (seconds, fraction) = (seconds.byteSwapped, fraction.byteSwapped)
      (captured, original) = (captured.byteSwapped, original.byteSwapped)
    }
    if lengthOrder != .capturedFirst && (lengthOrder == .capturedSecond || captured > original) {
      swap(&captured, &original)
    }
    // Too long to be true, or not all in the window yet.
    if captured > UsualLayout.largestPacket, captured <= Self.largestPacket(of: layout.linkType) {
      return try passOver(
        captured, original, layout.time(seconds, fraction), &source, input: input, number: &number, &notes)
    }
    if captured > UsualLayout.largestPacket || source.available < headerLength &+ Int(captured) {
      try fetch(captured, &source)
    }
    let time = layout.time(seconds, fraction)
    number &+= 1
    notes.observe(time, after: previous, input: input, number: number)
    previous = time
    source.advance(headerLength)
    return PacketHead(
      time: time, captured: captured, original: original, interface: layout.interface, linkType: layout.linkType)
  }

  /// A record's header; false at the end of the file.
  @inline(never) private func beginRecord(_ source: inout ByteSource) throws(CaptureError) -> Bool {
    if try source.fill(headerLength) { return true }
    if source.available == 0 { return false }
    throw .cutShort(source, "a packet's header", has: source.available, needs: headerLength)
  }

  /// libpcap's limit (`max_snaplen_for_dlt`) where it is another: of buses that carry no TCP.
  private static func largestPacket(of linkType: UInt16) -> UInt32 {
    switch linkType {
    // USB as Linux (189, 220), USBPcap (249) and macOS (266) have it; D-Bus (231).
    case 189, 220, 249, 266, 231: 128 << 20
    // Elektrobit high-speed capture and replay.
    case 279: 8 << 20
    default: UsualLayout.largestPacket
    }
  }

  /// A packet that is larger than any of ours can be, and none of ours: its bytes are passed over, and a head without any is told.
  @inline(never) private mutating func passOver(
    _ captured: UInt32, _ original: UInt32, _ time: Int64, _ source: inout ByteSource, input: Int,
    number: inout UInt64, _ notes: inout Notes
  ) throws(CaptureError) -> PacketHead {
    let offset = source.offset
    guard try source.skip(UInt64(headerLength) + UInt64(captured)) else {
      throw CaptureError(
        path: source.path, offset: offset, cause: "the file ends in the middle of a packet of \(captured) bytes",
        mend: "it was cut while being written or copied; everything before was read", isTruncation: true)
    }
    number &+= 1
    notes.observe(time, after: previous, input: input, number: number)
    previous = time
    return PacketHead(
      time: time, captured: 0, original: original, interface: layout.interface, linkType: layout.linkType)
  }

  @inline(never) private func fetch(_ captured: UInt32, _ source: inout ByteSource) throws(CaptureError) {
    guard captured <= UsualLayout.largestPacket else {
      throw .damaged(
        source, "a packet of \(captured) captured bytes: more than \(UsualLayout.largestPacket) can't be true")
    }
    guard try source.fill(headerLength + Int(captured)) else {
      throw .cutShort(source, "a packet", has: source.available - headerLength, needs: Int(captured))
    }
  }
}

extension CaptureError {
  /// The file ends in the middle of what begins where the window does.
  static func cutShort(_ source: borrowing ByteSource, _ what: String, has: Int, needs: Int) -> CaptureError {
    CaptureError(
      path: source.path, offset: source.offset,
      cause: "the file ends in the middle of \(what): \(has) of \(needs) bytes",
      mend: "it was cut while being written or copied; everything before was read", isTruncation: true)
  }

  static func tooManyInterfaces(_ source: borrowing ByteSource) -> CaptureError {
    CaptureError(
      path: source.path, offset: source.offset, cause: "more than \(Notes.interfaceLimit) interfaces in one run",
      mend: "give fewer inputs at a time, or cut this one into pieces (editcap -c)")
  }
}
