/// Text on its way out, as bytes in one buffer that is used again and again.
///
/// Records are written by calls, not by string interpolation: a million connections allocate nothing here, and what is known
/// when this is compiled, such as the name of a field, is copied in one stroke.
///
/// Why the unsafe lines hold: before anything is put into `room`, `makeRoom` was asked for as many bytes as it takes, so that it
/// ends within; a StaticString with a pointer has as many bytes there as it says.
@safe public struct ByteWriter: Sendable {
  /// Its first `count` bytes are written.
  private var room: [UInt8] = []
  /// Bytes written since it was made or last emptied.
  public private(set) var count = 0

  /// Empty; takes memory with the first byte.
  public init() {}

  /// All that was written, UTF-8 as long as who wrote it kept to that.
  public var bytes: ArraySlice<UInt8> { room[..<count] }

  /// Empties the buffer and keeps its memory.
  public mutating func removeAll() { count = 0 }

  @inline(__always) private mutating func makeRoom(for more: Int) {
    if count &+ more > room.count { grow(by: more) }
  }

  @inline(never) private mutating func grow(by more: Int) {
    room.append(contentsOf: repeatElement(0, count: max(more, room.count, 256)))
  }

  /// One byte as it is.
  @inline(__always) public mutating func byte(_ byte: UInt8) {
    makeRoom(for: 1)
    room[count] = byte
    count &+= 1
  }

  /// As it is: no quoting, no escaping.
  public mutating func text(_ text: String) {
    let units = text.utf8.span
    makeRoom(for: units.count)
    let start = count
    unsafe units.withUnsafeBytes { source in
      guard let from = source.baseAddress else { return }
      unsafe room.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        unsafe (base + start).copyMemory(from: from, byteCount: source.count)
      }
    }
    count = start &+ units.count
  }

  /// Printable ASCII without quotes and backslashes, as it is. Says whether it is that; else nothing is written.
  mutating func plainText(_ text: String) -> Bool {
    let units = text.utf8.span
    makeRoom(for: units.count)
    let start = count
    var others: UInt8 = 0
    unsafe units.withUnsafeBufferPointer { source in
      unsafe room.withUnsafeMutableBufferPointer { bytes in
        for index in 0..<source.count {
          let unit = unsafe source[index]
          let isOther = unit < 0x20 || unit >= 0x7f || unit == UInt8(ascii: "\"") || unit == UInt8(ascii: "\\")
          others |= isOther ? 1 : 0
          unsafe bytes[start &+ index] = unit
        }
      }
    }
    guard others == 0 else { return false }
    count = start &+ units.count
    return true
  }

  /// Words that are known when this is compiled.
  @inline(__always) mutating func literal(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    makeRoom(for: length)
    let place = count
    unsafe room.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe (base + place).copyMemory(from: text.utf8Start, byteCount: length)
    }
    count = place &+ length
  }

  /// `"NAME":`, after a comma where something stands before it. The name is ours and needs no escaping.
  @inline(__always) mutating func jsonName(_ name: StaticString, separated: Bool) {
    makeRoom(for: name.utf8CodeUnitCount &+ 4)
    let start = count
    count = unsafe room.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return start }
      return unsafe start &+ ByteWriter.put(name, separated, base + start)
    }
  }

  /// The same with a number.
  @inline(__always) mutating func jsonCount(_ name: StaticString, _ value: UInt64, separated: Bool) {
    let digits = value < 10 ? 1 : ByteWriter.digits(of: value)
    makeRoom(for: name.utf8CodeUnitCount &+ 4 &+ digits)
    let start = count
    count = unsafe room.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return start }
      let place = unsafe start &+ ByteWriter.put(name, separated, base + start)
      unsafe ByteWriter.put(value, digits, base + place)
      return place &+ digits
    }
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

  /// From the last digit to the first; leading zeros up to `digits`.
  @inline(__always) private static func put(_ value: UInt64, _ digits: Int, _ base: UnsafeMutableRawPointer) {
    var rest = value
    var place = digits
    while place > 0 {
      place &-= 1
      let tenth = rest / 10
      unsafe base.storeBytes(
        of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest &- tenth &* 10), toByteOffset: place, as: UInt8.self)
      rest = tenth
    }
  }

  /// Of another's bytes, those in `range`.
  mutating func write(_ other: borrowing ByteWriter, _ range: Range<Int>) {
    makeRoom(for: range.count)
    let start = count
    unsafe other.room[range].withUnsafeBytes { source in
      guard let from = source.baseAddress else { return }
      unsafe room.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        unsafe (base + start).copyMemory(from: from, byteCount: source.count)
      }
    }
    count = start &+ range.count
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
    if value < 10 { return byte(UInt8(ascii: "0") | UInt8(truncatingIfNeeded: value)) }
    decimal(value, digits: ByteWriter.digits(of: value))
  }

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
    makeRoom(for: digits)
    let start = count
    unsafe room.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe ByteWriter.put(value, digits, base + start)
    }
    count = start &+ digits
  }

  private static func digits(of value: UInt64) -> Int {
    var digits = 1
    var bound: UInt64 = 10
    while value >= bound {
      digits &+= 1
      // 10^20 is more than 64 bits hold.
      if digits == 20 { break }
      bound &*= 10
    }
    return digits
  }
}
