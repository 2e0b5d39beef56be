internal import CLZ4
internal import CZlib
internal import CZstd
internal import Glibc

/// gzip, zstd or lz4 by their own libraries, as a stream: members and frames one behind the other are one file.
///
/// Why the unsafe lines hold: `input` is an allocation of `inputSize` bytes, owned by this object, with
/// `0 <= start <= end <= inputSize`; each library is told the sizes of what it may read and write, and its state is made
/// and freed once.
@safe final class Decompressor {
  enum Method: CustomStringConvertible {
    case gzip, zstd, lz4

    /// - Parameter magic: the first four bytes of a file, read in little-endian order.
    init?(magic: UInt32) {
      switch UInt32(littleEndian: magic) {
      case let magic where magic & 0xffff == 0x8b1f: self = .gzip
      case 0xfd2f_b528: self = .zstd
      case 0x184d_2204: self = .lz4
      default: return nil
      }
    }

    /// A frame to be skipped may come first (pzstd writes one), and is the same in zstd and lz4.
    static func isSkippable(magic: UInt32) -> Bool { UInt32(littleEndian: magic) & 0xffff_fff0 == 0x184d_2a50 }

    var description: String {
      switch self {
      case .gzip: "gzip"
      case .zstd: "zstd"
      case .lz4: "lz4"
      }
    }
  }

  @safe private enum State {
    case gzip(UnsafeMutablePointer<z_stream>)
    case zstd(OpaquePointer?)
    case lz4(OpaquePointer?)
  }

  private static var inputSize: Int { 64 << 10 }
  let method: Method
  private let state: State
  private let input: UnsafeMutableRawPointer
  private var start = 0
  private var end = 0
  /// Compressed bytes of the file that have come in.
  private(set) var bytesRead: UInt64 = 0
  /// At the end of a member or frame: the input may end here.
  private var isBetween = false
  /// The last call filled all it was given: the library may hold more, with no input for it.
  private var mayHoldMore = false
  private var isOver = false

  /// - Parameters:
  ///   - skipped: bytes of the file before those.
  ///   - alreadyRead: the file's next bytes.
  init(_ method: Method, skipped: UInt64, alreadyRead: UnsafeRawBufferPointer) {
    self.method = method
    let size = max(Self.inputSize, alreadyRead.count)
    unsafe input = .allocate(byteCount: size, alignment: 64)
    if let bytes = alreadyRead.baseAddress { unsafe memcpy(input, bytes, alreadyRead.count) }
    end = alreadyRead.count
    bytesRead = skipped + UInt64(alreadyRead.count)
    switch method {
    case .gzip:
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      unsafe stream.initialize(to: z_stream())
      // 15 bits of window, and 16 for gzip's own header.
      unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
      unsafe state = .gzip(stream)
    case .zstd:
      unsafe state = .zstd(ZSTD_createDStream())
    case .lz4:
      var context: OpaquePointer?
      _ = unsafe LZ4F_createDecompressionContext(&context, CUnsignedInt(LZ4F_VERSION))
      unsafe state = .lz4(context)
    }
  }

  deinit {
    switch state {
    case .gzip(let stream):
      unsafe inflateEnd(stream)
      unsafe stream.deallocate()
    case .zstd(let stream): unsafe ZSTD_freeDStream(stream)
    case .lz4(let context): _ = unsafe LZ4F_freeDecompressionContext(context)
    }
    unsafe input.deallocate()
  }

  /// Bytes written to `output`, 0 at the end.
  func read(_ descriptor: CInt, into output: UnsafeMutableRawBufferPointer) throws(DecompressionFailure) -> Int {
    while !isOver {
      if start == end && !mayHoldMore {
        start = 0
        end = unsafe try InputFile.read(
          descriptor, into: UnsafeMutableRawBufferPointer(start: input, count: Self.inputSize))
        bytesRead &+= UInt64(end)
        if end == 0 {
          isOver = true
          guard isBetween else { throw .truncated(method) }
          break
        }
      }
      if isBetween && method == .gzip, try !beginMember() { break }
      let (consumed, produced) = unsafe try step(output)
      // Neither taken nor given, with something to take: no library should, and none may hang us.
      if consumed == 0 && produced == 0 && start < end { throw damage("no progress") }
      start += consumed
      mayHoldMore = produced == output.count
      if produced > 0 { return produced }
    }
    return 0
  }

  /// Another gzip member: false where only padding follows (tapes and some file systems leave zeros).
  private func beginMember() throws(DecompressionFailure) -> Bool {
    guard start < end else { return true }
    let byte = unsafe input.load(fromByteOffset: start, as: UInt8.self)
    guard byte != 0 else {
      isOver = true
      return false
    }
    guard byte == 0x1f else { throw damage("what follows the last member is not gzip") }
    if case .gzip(let stream) = state { unsafe inflateReset(stream) }
    return true
  }

  private func damage(_ text: String) -> DecompressionFailure {
    isOver = true
    return .damaged(method, place: bytesRead &- UInt64(end - start), text)
  }

  private func step(
    _ output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionFailure) -> (consumed: Int, produced: Int) {
    switch state {
    case .gzip(let stream): unsafe try inflateStep(stream, output)
    case .zstd(let stream): unsafe try zstdStep(stream, output)
    case .lz4(let context): unsafe try lz4Step(context, output)
    }
  }

  private func inflateStep(
    _ stream: UnsafeMutablePointer<z_stream>, _ output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionFailure) -> (Int, Int) {
    let given = end - start
    let room = min(output.count, Int(UInt32.max))
    unsafe stream.pointee.next_in = (input + start).assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_in = CUnsignedInt(given)
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = CUnsignedInt(room)
    let result = unsafe inflate(stream, Z_NO_FLUSH)
    let consumed = unsafe given - Int(stream.pointee.avail_in)
    let produced = unsafe room - Int(stream.pointee.avail_out)
    isBetween = result == Z_STREAM_END
    // Z_BUF_ERROR: nothing to do with what there is, which is no error.
    guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else {
      if produced > 0 { return (consumed, produced) }  // what was still good comes first; the error comes again
      let message = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
      throw damage("zlib: \(message ?? "error \(result)")")
    }
    return (consumed, produced)
  }

  private func zstdStep(
    _ stream: OpaquePointer?, _ output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionFailure) -> (Int, Int) {
    var from = unsafe ZSTD_inBuffer(src: input + start, size: end - start, pos: 0)
    var to = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = unsafe ZSTD_decompressStream(stream, &to, &from)
    guard ZSTD_isError(result) == 0 else {
      // A file packed with --long may ask for gigabytes.
      if ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge { throw .tooLarge(method) }
      throw unsafe damage("zstd: \(String(cString: ZSTD_getErrorName(result)))")
    }
    if unsafe from.pos > 0 || to.pos > 0 { isBetween = result == 0 }
    return unsafe (from.pos, to.pos)
  }

  private func lz4Step(
    _ context: OpaquePointer?, _ output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionFailure) -> (Int, Int) {
    var consumed = end - start
    var produced = output.count
    let result = unsafe LZ4F_decompress(context, output.baseAddress, &produced, input + start, &consumed, nil)
    guard LZ4F_isError(result) == 0 else {
      throw unsafe damage("lz4: \(String(cString: LZ4F_getErrorName(result)))")
    }
    if consumed > 0 || produced > 0 { isBetween = result == 0 }
    return (consumed, produced)
  }
}
