internal import CLibpcap
internal import Wire

/// libpcap's own reader of files: the reference that ours is held against.
///
/// Why the unsafe lines hold: the handle is opened and closed once by its owner; a packet's header and bytes are read
/// before libpcap is asked for the next one.
@safe struct LibpcapReader: ~Copyable {
  /// One packet as libpcap gives it.
  struct Packet: Equatable {
    var bytes: [UInt8]
    var originalLength: UInt32
    /// Seconds and nanoseconds as in the file, not brought together: libpcap does not look at them.
    var seconds: Int64
    var nanoseconds: Int64
  }

  private let libpcap: Libpcap
  private let handle: OpaquePointer
  /// DLT_…, libpcap's inner numbers.
  let dataLink: Int32
  let snaplen: Int32
  /// Why it ended before the end; nil where it did not.
  private(set) var error: String?

  /// - Throws: libpcap's words.
  init(path: String) throws(CaptureError) {
    guard let libpcap = Libpcap.shared else { throw CaptureError(path: path, cause: Libpcap.missing) }
    var text = [CChar](repeating: 0, count: Int(TCPAUDIT_PCAP_ERRBUF_SIZE))
    let opened = unsafe libpcap.openOffline(path, CUnsignedInt(TCPAUDIT_PCAP_TSTAMP_PRECISION_NANO), &text)
    guard let opened = unsafe opened else {
      let words = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw CaptureError(path: path, cause: String(decoding: words, as: UTF8.self))
    }
    self.libpcap = libpcap
    unsafe handle = opened
    dataLink = unsafe libpcap.dataLink(opened)
    snaplen = unsafe libpcap.snapshot(opened)
  }

  deinit { unsafe libpcap.close(handle) }

  /// The next packet; nil at the end, and at an error.
  mutating func next() -> Packet? {
    var header: UnsafeMutablePointer<tcpaudit_pcap_header>?
    var data: UnsafePointer<UInt8>?
    let result = unsafe libpcap.next(handle, &header, &data)
    guard result == 1, let header = unsafe header, let data = unsafe data else {
      // -2 is the end of the file.
      if result != -2 { error = unsafe libpcap.error(handle).map { unsafe String(cString: $0) } }
      return nil
    }
    return unsafe Packet(
      bytes: Array(UnsafeBufferPointer(start: data, count: Int(header.pointee.captured))),
      originalLength: header.pointee.length, seconds: Int64(header.pointee.time.tv_sec),
      nanoseconds: Int64(header.pointee.time.tv_usec))
  }
}
