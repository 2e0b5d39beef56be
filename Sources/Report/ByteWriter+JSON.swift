extension ByteWriter {
  /// A JSON string (RFC 8259 §7), quotes included. Control characters are escaped, DEL and those of Latin-1 too, so that
  /// a record shown on a terminal cannot command it.
  public mutating func jsonString(_ text: String) {
    byte(UInt8(ascii: "\""))
    defer { byte(UInt8(ascii: "\"")) }
    if plainText(text) { return }
    var lead: UInt8 = 0
    for unit in text.utf8 {
      if lead != 0 {
        // U+0080 … U+009F are C2 80 … C2 9F.
        if unit < 0xa0 { escape(unit) } else { pair(lead, unit) }
        lead = 0
        continue
      }
      switch unit {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): pair(UInt8(ascii: "\\"), unit)
      case UInt8(ascii: "\n"): pair(UInt8(ascii: "\\"), UInt8(ascii: "n"))
      case UInt8(ascii: "\r"): pair(UInt8(ascii: "\\"), UInt8(ascii: "r"))
      case UInt8(ascii: "\t"): pair(UInt8(ascii: "\\"), UInt8(ascii: "t"))
      case 0..<0x20, 0x7f: escape(unit)
      case 0xc2: lead = unit
      default: byte(unit)
      }
    }
  }

  /// As of names that are known beforehand, of one that is not. It is ours, too.
  mutating func jsonName(_ name: String, separated: Bool) {
    if separated { byte(UInt8(ascii: ",")) }
    byte(UInt8(ascii: "\""))
    text(name)
    literal("\":")
  }

  private mutating func pair(_ first: UInt8, _ second: UInt8) {
    byte(first)
    byte(second)
  }

  private mutating func escape(_ unit: UInt8) {
    literal("\\u00")
    byte(hexDigit(unit >> 4))
    byte(hexDigit(unit & 15))
  }

  private func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
