internal import Glibc

/// The bytes of one input, in their order, decompressed: a window over the file that only moves forward.
///
/// One buffer is filled by read(2) and used again; it grows only where one record needs more than it holds. What lies in
/// the window is `available` bytes from `offset`; the accessors count from there.
///
/// Why the unsafe lines hold: `base` is an allocation of `capacity` bytes, owned by this value alone and freed once;
/// `0 <= start <= end <= capacity` always, what read(2) and the decompressors are given is the free rest behind `end`;
/// every accessor checks its place against `end`; and what is lent is bound to the next mutation of this value.
@safe struct ByteSource: ~Copyable {
  /// What the kernel is asked for at a time, bytes: fits a second-level cache and is the fastest of what was measured.
  static var bufferSize: Int { 256 << 10 }

  /// As it was given; `-` is standard input.
  let path: String
  /// Size as it lies on disk; nil for a pipe.
  let size: UInt64?
  /// Bytes that read(2) gave so far.
  private(set) var bytesRead: UInt64 = 0
  private let descriptor: CInt
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private var start = 0
  private var end = 0
  /// Bytes of the (decompressed) file before `base`.
  private var passed: UInt64 = 0
  private var decompressor: Decompressor?

  /// An input without bytes.
  init() { self.init(path: "", descriptor: -1, size: nil, buffer: 16) }

  private init(path: String, descriptor: CInt, size: UInt64?, buffer: Int) {
    self.path = path
    self.descriptor = descriptor
    self.size = size
    capacity = buffer
    unsafe base = .allocate(byteCount: buffer, alignment: 4096)
  }

  /// Opens a file (`-` is standard input) and looks whether it is compressed.
  /// - Parameter buffer: bytes to read at a time.
  static func open(_ path: String, buffer: Int = ByteSource.bufferSize) throws(CaptureError) -> ByteSource {
    let (descriptor, size) = try InputFile.open(path)
    var source = ByteSource(path: path, descriptor: descriptor, size: size, buffer: max(buffer, 4096))
    try source.beginDecompression()
    return source
  }

  private mutating func beginDecompression() throws(CaptureError) {
    guard try fill(4), let method = try compression() else { return }
    unsafe decompressor = Decompressor(
      method, skipped: offset, alreadyRead: UnsafeRawBufferPointer(start: base + start, count: available))
    (start, end, passed) = (0, 0, 0)
  }

  /// By the first frame that is more than skipped; those before it are.
  private mutating func compression() throws(CaptureError) -> Decompressor.Method? {
    while try fill(4), Decompressor.Method.isSkippable(magic: u32(at: 0)) {
      guard try fill(8), try skip(8 + UInt64(UInt32(littleEndian: u32(at: 4)))) else { throw cutInSkippable }
    }
    // Both methods skip; where neither follows, zstd says what is wrong. A file of nothing else is an empty one.
    let method = available >= 4 ? Decompressor.Method(magic: u32(at: 0)) : nil
    return method ?? (offset > 0 && available > 0 ? .zstd : nil)
  }

  private var cutInSkippable: CaptureError {
    DecompressionFailure.truncated(.zstd).captureError(path: path, offset: 0)
  }

  deinit {
    unsafe base.deallocate()
    if descriptor > 0 { close(descriptor) }
  }

  var isCompressed: Bool { decompressor != nil }

  /// Bytes in the window.
  var available: Int { @inline(__always) get { end &- start } }

  /// Where the window begins: bytes from the start of the decompressed file.
  var offset: UInt64 { passed &+ UInt64(start) }

  /// Makes the window hold at least `count` bytes; false where the input ends before.
  /// - Parameter count: the caller's limit bounds it, and with it the memory.
  @inline(__always) mutating func fill(_ count: Int) throws(CaptureError) -> Bool {
    if available >= count { return true }
    return try refill(count)
  }

  @inline(never) private mutating func refill(_ count: Int) throws(CaptureError) -> Bool {
    unsafe memmove(base, base + start, end - start)
    passed &+= UInt64(start)
    end -= start
    start = 0
    if count > capacity {
      let larger = UnsafeMutableRawPointer.allocate(byteCount: count + Self.bufferSize, alignment: 4096)
      unsafe memcpy(larger, base, end)
      unsafe base.deallocate()
      unsafe base = larger
      capacity = count + Self.bufferSize
    }
    while end < count {
      let got = try readMore()
      if got == 0 { return false }
      end += got
    }
    return true
  }

  private mutating func readMore() throws(CaptureError) -> Int {
    let free = unsafe UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end)
    do throws(DecompressionFailure) {
      guard let decompressor else {
        let got = unsafe try InputFile.read(descriptor, into: free)
        bytesRead &+= UInt64(got)
        return got
      }
      let before = decompressor.bytesRead
      defer { bytesRead &+= decompressor.bytesRead &- before }
      return unsafe try decompressor.read(descriptor, into: free)
    } catch {
      throw error.captureError(path: path, offset: passed &+ UInt64(end))
    }
  }

  /// Moves the window forward by `count` bytes that are in it.
  @inline(__always) mutating func advance(_ count: Int) {
    precondition(UInt(bitPattern: count) <= UInt(bitPattern: available))
    start &+= count
  }

  /// Moves the window forward by `count` bytes, in it or not; false where the input ends before.
  mutating func skip(_ count: UInt64) throws(CaptureError) -> Bool {
    var left = count
    while left > UInt64(available) {
      left -= UInt64(available)
      start = end
      guard try fill(1) else { return false }
    }
    start += Int(left)
    return true
  }

  /// Lends the next `count` bytes, which are in the window, and moves on behind them.
  @inline(__always) @_lifetime(&self)
  mutating func take(_ count: Int) -> RawSpan {
    precondition(UInt(bitPattern: count) <= UInt(bitPattern: available))
    let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base + start), byteCount: count)
    start &+= count
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// Lends the whole window.
  @_lifetime(&self)
  mutating func window() -> RawSpan {
    let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base + start), byteCount: end - start)
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// Lends bytes of the window without moving it.
  @_lifetime(borrow self)
  func peek(_ count: Int) -> RawSpan {
    let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base + start), byteCount: min(max(count, 0), end - start))
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Bytes `at ..< at + count` of the window as text, at most those that are there.
  func text(at place: Int, count: Int) -> String {
    let from = min(max(place, 0), available)
    let bytes = unsafe UnsafeRawBufferPointer(start: base + start + from, count: min(max(count, 0), available - from))
    return unsafe String(decoding: bytes, as: UTF8.self)
  }

  func u8(at place: Int) -> UInt8 { load(at: place, as: UInt8.self) }
  @inline(__always) func u16(at place: Int) -> UInt16 { load(at: place, as: UInt16.self) }
  @inline(__always) func u32(at place: Int) -> UInt32 { load(at: place, as: UInt32.self) }
  @inline(__always) func u64(at place: Int) -> UInt64 { load(at: place, as: UInt64.self) }

  /// Two numbers that lie side by side, as one load.
  @inline(__always) func pair(at place: Int) -> (UInt32, UInt32) {
    let both = u64(at: place).littleEndian
    let (first, second) = (UInt32(truncatingIfNeeded: both), UInt32(truncatingIfNeeded: both >> 32))
    return (UInt32(littleEndian: first), UInt32(littleEndian: second))
  }

  /// A number in this machine's byte order.
  @inline(__always) private func load<Number: FixedWidthInteger & BitwiseCopyable>(
    at place: Int, as type: Number.Type
  ) -> Number {
    precondition(place >= 0 && place <= available &- MemoryLayout<Number>.size)
    return unsafe base.loadUnaligned(fromByteOffset: start &+ place, as: type)
  }
}
