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

  /// From the last digit to the first, two at a time; leading zeros up to `digits`.
  @inline(__always) private static func put(_ value: UInt64, _ digits: Int, _ base: UnsafeMutableRawPointer) {
    var rest = value
    var place = digits
    while place > 1 {
      place &-= 2
      let hundredth = rest / 100
      let two = UInt16(truncatingIfNeeded: rest &- hundredth &* 100)
      let tens = two / 10
      let ascii = 0x3030 &+ tens &+ (two &- tens &* 10) << 8
      unsafe base.storeBytes(of: ascii.littleEndian, toByteOffset: place, as: UInt16.self)
      rest = hundredth
    }
    if place > 0 { unsafe base.storeBytes(of: digit(rest), as: UInt8.self) }
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
  @inline(never) private mutating func long(_ value: UInt64) { decimal(value, digits: ByteWriter.digits(of: value)) }

  /// With a minus where negative, without separators or leading zeros.
  public mutating func decimal(_ value: Int64) {
    if value < 0 { byte(UInt8(ascii: "-")) }
    decimal(value.magnitude)
  }

  /// With leading zeros up to `width`.
  public mutating func decimal(_ value: UInt64, width: Int) {
    decimal(value, digits: max(width, ByteWriter.digits(of: value)))
  }

  /// Exactly `digits` of them: it has no more.
  @inline(__always) mutating func decimal(_ value: UInt64, digits: Int) {
    unsafe ByteWriter.put(value, digits, place(for: digits))
    wrote(digits)
  }

  /// Exactly `digits` of them, and what stands behind them.
  @inline(__always) mutating func decimal(_ value: UInt64, digits: Int, then next: Unicode.Scalar) {
    let base = unsafe place(for: digits &+ 1)
    unsafe ByteWriter.put(value, digits, base)
    unsafe base.storeBytes(of: UInt8(ascii: next), toByteOffset: digits, as: UInt8.self)
    wrote(digits &+ 1)
  }

  /// 1233 / 4096 is a little more than log₁₀ 2: by its bits a number has so many digits, or one more.
  private static func digits(of value: UInt64) -> Int {
    let least = ((64 &- value.leadingZeroBitCount) &* 1233) >> 12
    return least &+ (value >= powersOfTen[least] ? 1 : 0)
  }

  private static let powersOfTen: InlineArray<20, UInt64> = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]
}
