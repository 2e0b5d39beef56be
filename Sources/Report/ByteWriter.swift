/// Text on its way out, as bytes in one buffer that is used again and again.
///
/// Records are written by calls, not by string interpolation: a million connections allocate nothing here, and what is known
/// when this is compiled, such as the name of a field, is copied in one stroke.
///
/// A copy shares the memory until one of both writes on. Whether there is a copy is not asked, which would be a call for each field,
/// but whether this one wrote last: two numbers tell.
///
/// Why the unsafe lines hold: `start` is `room`'s memory of `size` bytes, which lives as long as this value holds `room`; before
/// anything is put there, `place` was asked for as many bytes as it takes, so that it ends within; a StaticString with a pointer has
/// as many bytes there as it says.
@safe public struct ByteWriter {
  /// Memory, and how far it is written.
  @safe private final class Room {
    let start: UnsafeMutableRawPointer
    var end = 0

    init(size: Int) { unsafe start = .allocate(byteCount: size, alignment: 16) }
    deinit { unsafe start.deallocate() }
  }

  private var room: Room
  private var start: UnsafeMutableRawPointer
  private var size: Int
  /// Bytes written since it was made or last emptied.
  public private(set) var count = 0
  /// Of the last time that was written: most are of one day.
  var date = CivilDate(days: 0)

  /// Empty.
  public init() {
    size = 256
    room = Room(size: size)
    unsafe start = room.start
  }

  /// All that was written, UTF-8 as long as who wrote it kept to that.
  public var bytes: RawSpan {
    @_lifetime(borrow self) get {
      unsafe _overrideLifetime(RawSpan(_unsafeStart: start, byteCount: count), borrowing: self)
    }
  }

  /// All that was written.
  public var text: String { unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self) }

  /// Empties the buffer and keeps its memory.
  public mutating func removeAll() {
    // A copy may still be read.
    if isKnownUniquelyReferenced(&room) { room.end = 0 }
    count = 0
  }

  /// Where the next byte goes; there is room for `more` of them.
  @inline(__always) private mutating func place(for more: Int) -> UnsafeMutableRawPointer {
    if count &+ more > size || count != room.end { move(for: more) }
    return unsafe start + count
  }

  /// So many more are written.
  @inline(__always) private mutating func wrote(_ bytes: Int) {
    count &+= bytes
    room.end = count
  }

  /// Into memory of its own, with room for `more` bytes.
  @inline(never) private mutating func move(for more: Int) {
    size = max(count &+ more, 2 &* size)
    let larger = Room(size: size)
    unsafe larger.start.copyMemory(from: start, byteCount: count)
    larger.end = count
    room = larger
    unsafe start = larger.start
  }

  /// One byte as it is.
  @inline(__always) public mutating func byte(_ byte: UInt8) {
    unsafe place(for: 1).storeBytes(of: byte, as: UInt8.self)
    wrote(1)
  }

  /// Four bytes, the lowest first.
  @inline(__always) mutating func four(_ bytes: UInt32) {
    unsafe place(for: 4).storeBytes(of: bytes.littleEndian, as: UInt32.self)
    wrote(4)
  }

  /// Those of a date.
  @inline(__always) mutating func bytes(_ bytes: InlineArray<11, UInt8>) {
    unsafe place(for: 11).storeBytes(of: bytes, as: InlineArray<11, UInt8>.self)
    wrote(11)
  }

  /// As it is: no quoting, no escaping.
  public mutating func text(_ text: String) {
    var text = text
    text.withUTF8 { unsafe copy(UnsafeRawBufferPointer($0)) }
  }

  private mutating func copy(_ source: UnsafeRawBufferPointer) {
    guard let from = source.baseAddress else { return }
    unsafe place(for: source.count).copyMemory(from: from, byteCount: source.count)
    wrote(source.count)
  }

  /// Printable ASCII without quotes and backslashes, as it is. Says whether it is that; else nothing is written.
  mutating func plainText(_ text: String) -> Bool {
    let units = text.utf8.span
    let to = unsafe place(for: units.count)
    var others: UInt8 = 0
    unsafe units.withUnsafeBufferPointer { source in
      for index in 0..<source.count {
        let unit = unsafe source[index]
        let isOther = unit < 0x20 || unit >= 0x7f || unit == UInt8(ascii: "\"") || unit == UInt8(ascii: "\\")
        others |= isOther ? 1 : 0
        unsafe to.storeBytes(of: unit, toByteOffset: index, as: UInt8.self)
      }
    }
    guard others == 0 else { return false }
    wrote(units.count)
    return true
  }

  /// Words that are known when this is compiled.
  @inline(__always) mutating func literal(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    unsafe place(for: length).copyMemory(from: text.utf8Start, byteCount: length)
    wrote(length)
  }

  /// `"NAME":`, after a comma where something stands before it. The name is ours and needs no escaping.
  @inline(__always) mutating func jsonName(_ name: StaticString, separated: Bool) {
    let base = unsafe place(for: name.utf8CodeUnitCount &+ 4)
    unsafe wrote(ByteWriter.put(name, separated, base))
  }

  /// The same with a number.
  @inline(__always) mutating func jsonCount(_ name: StaticString, _ value: UInt64, separated: Bool) {
    let base = unsafe place(for: name.utf8CodeUnitCount &+ 5)
    let length = unsafe ByteWriter.put(name, separated, base)
    guard value < 10 else {
      wrote(length)
      return long(value)
    }
    unsafe base.storeBytes(of: ByteWriter.digit(value), toByteOffset: length, as: UInt8.self)
    wrote(length &+ 1)
  }

  /// How many bytes it put there: four more than the name has at most.
  @inline(__always)
  private static func put(_ name: StaticString, _ separated: Bool, _ base: UnsafeMutableRawPointer) -> Int {
    let length = name.utf8CodeUnitCount
    var place = 0
    if separated {
      unsafe base.storeBytes(of: UInt8(ascii: ","), as: UInt8.self)
      place = 1
    }
    unsafe base.storeBytes(of: UInt8(ascii: "\""), toByteOffset: place, as: UInt8.self)
    unsafe (base + place + 1).copyMemory(from: name.utf8Start, byteCount: length)
    unsafe base.storeBytes(of: UInt8(ascii: "\""), toByteOffset: place &+ length &+ 1, as: UInt8.self)
    unsafe base.storeBytes(of: UInt8(ascii: ":"), toByteOffset: place &+ length &+ 2, as: UInt8.self)
    return place &+ length &+ 3
  }

  /// - Parameter value: 0 … 9.
  @inline(__always) private static func digit(_ value: UInt64) -> UInt8 {
    UInt8(ascii: "0") | UInt8(truncatingIfNeeded: value)
  }

  /// Of another's bytes, those in `range`.
  mutating func write(_ other: borrowing ByteWriter, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= other.count)
    unsafe copy(UnsafeRawBufferPointer(start: other.start + range.lowerBound, count: range.count))
  }

  /// LF alone: who needs CR (RFC 4180) writes it.
  public mutating func newline() { byte(UInt8(ascii: "\n")) }

  /// The same byte again and again; nothing where `count` is 0 or less.
  public mutating func fill(_ byte: UInt8, count: Int) {
    var left = count
    while left > 0 {
      self.byte(byte)
      left -= 1
    }
  }

  /// In digits, without separators or leading zeros.
  @inline(__always) public mutating func decimal(_ value: UInt64) {
    if value < 10 { byte(ByteWriter.digit(value)) } else { long(value) }
  }

  /// Not inlined: most numbers have one digit, and the others' code would stand at each of sixty names.
  @inline(never) private mutating func long(_ value: UInt64) {
    guard value < 100_000_000 else {
      decimal(value / 100_000_000)
      return decimal(value % 100_000_000, digits: 8)
    }
    let digits = ByteWriter.eightDigits(value)
    let zeros = digits.trailingZeroBitCount >> 3
    unsafe ByteWriter.put(digits, behind: zeros, place(for: 8))
    wrote(8 &- zeros)
  }

  /// With a minus where negative, without separators or leading zeros.
  public mutating func decimal(_ value: Int64) {
    if value < 0 { byte(UInt8(ascii: "-")) }
    decimal(value.magnitude)
  }

  /// Exactly `digits` of them, 8 at most: it has no more.
  @inline(__always) public mutating func decimal(_ value: UInt64, digits: Int) {
    unsafe ByteWriter.put(ByteWriter.eightDigits(value), behind: 8 &- digits, place(for: 8))
    wrote(digits)
  }

  /// Two digits, and what stands behind them.
  @inline(__always) mutating func twoDigits(_ value: UInt64, then next: Unicode.Scalar) {
    let base = unsafe place(for: 3)
    let tens = value / 10
    unsafe base.storeBytes(of: ByteWriter.digit(tens), as: UInt8.self)
    unsafe base.storeBytes(of: ByteWriter.digit(value &- tens &* 10), toByteOffset: 1, as: UInt8.self)
    unsafe base.storeBytes(of: UInt8(ascii: next), toByteOffset: 2, as: UInt8.self)
    wrote(3)
  }

  /// Billionths: nine decimals, or, where `trimmed`, as many of them as say something, and one at least.
  @inline(__always) mutating func decimals(_ billionths: UInt64, trimmed: Bool) {
    let base = unsafe place(for: 9)
    let first = billionths / 100_000_000
    let others = ByteWriter.eightDigits(billionths &- first &* 100_000_000)
    unsafe base.storeBytes(of: ByteWriter.digit(first), as: UInt8.self)
    unsafe ByteWriter.put(others, behind: 0, base + 1)
    wrote(trimmed ? 9 &- others.leadingZeroBitCount >> 3 : 9)
  }

  /// Those of a value below 10⁸, each in a byte of its own, the first one lowest: halves, pairs and digits are parted side by side, and
  /// divided by multiplying, which is exact for values as small.
  @inline(__always) private static func eightDigits(_ value: UInt64) -> UInt64 {
    let high = value / 10_000
    let halves = high | (value &- high &* 10_000) << 32
    let hundreds = (halves &* 10_486) >> 20 & 0x7f_0000_007f
    let pairs = hundreds | (halves &- hundreds &* 100) << 16
    let tens = (pairs &* 103) >> 10 & 0x000f_000f_000f_000f
    return tens | (pairs &- tens &* 10) << 8
  }

  /// The digits behind the first `skipped`, and as many bytes more that count for nothing.
  @inline(__always)
  private static func put(_ digits: UInt64, behind skipped: Int, _ base: UnsafeMutableRawPointer) {
    let ascii = (digits | 0x3030_3030_3030_3030) &>> UInt64(skipped &* 8)
    unsafe base.storeBytes(of: ascii.littleEndian, as: UInt64.self)
  }
}
