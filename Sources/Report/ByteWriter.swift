/// Text on its way out, as bytes in one buffer that is used again and again.
///
/// Records are written by calls, not by string interpolation: a million connections allocate nothing here.
public struct ByteWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public var count: Int { bytes.count }

  /// Empties the buffer and keeps its memory.
  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  public mutating func byte(_ byte: UInt8) { bytes.append(byte) }

  /// As it is: no quoting, no escaping.
  public mutating func text(_ text: String) {
    let utf8 = text.utf8
    append(upTo: utf8.count) { $0.append(utf8.span) }
  }

  /// Room for `count` bytes is made once, and `write` fills what it needs of it: the one way in for more than a byte.
  @inline(__always)
  mutating func append(upTo count: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
    bytes.append(addingCapacity: count, initializingWith: write)
  }

  public mutating func write(_ other: ByteWriter) { bytes.append(contentsOf: other.bytes) }

  public mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

  public mutating func fill(_ byte: UInt8, count: Int) {
    var left = count
    while left > 0 {
      bytes.append(byte)
      left -= 1
    }
  }

  public mutating func decimal(_ value: UInt64) {
    if value < 10 { return bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)) }
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var place = 20
    var rest = value
    while rest > 0 {
      place -= 1
      digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    append(upTo: 20) { (output: inout OutputSpan<UInt8>) in
      for index in place..<20 { output.append(digits[index]) }
    }
  }

  public mutating func decimal(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    decimal(value.magnitude)
  }

  /// With leading zeros up to `width`.
  public mutating func decimal(_ value: UInt64, width: Int) {
    var digits = 1
    var rest = value / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    fill(UInt8(ascii: "0"), count: width - digits)
    decimal(value)
  }
}

extension OutputSpan<UInt8> {
  @inline(__always)
  mutating func append(_ span: Span<UInt8>) {
    for index in span.indices { append(span[index]) }
  }
}
