extension ByteWriter {
  /// A JSON string (RFC 8259 §7), quotes included. Control characters are escaped, DEL and those of Latin-1 too, so that
  /// a record shown on a terminal cannot command it.
  public mutating func jsonString(_ text: String) {
    byte(UInt8(ascii: "\""))
    defer { byte(UInt8(ascii: "\"")) }
    if isPlain(text) { return self.text(text) }
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

  /// `"NAME":` in one stroke, after a comma where one is needed. The name is ours and needs no escaping.
  mutating func jsonName(_ name: String, separated: Bool) {
    let utf8 = name.utf8
    append(upTo: utf8.count + 4) { (output: inout OutputSpan<UInt8>) in
      if separated { output.append(UInt8(ascii: ",")) }
      output.append(UInt8(ascii: "\""))
      output.append(utf8.span)
      output.append(UInt8(ascii: "\""))
      output.append(UInt8(ascii: ":"))
    }
  }

  private func isPlain(_ text: String) -> Bool {
    let span = text.utf8.span
    for index in span.indices {
      let unit = span[index]
      if unit < 0x20 || unit >= 0x7f || unit == UInt8(ascii: "\"") || unit == UInt8(ascii: "\\") { return false }
    }
    return true
  }

  private mutating func pair(_ first: UInt8, _ second: UInt8) {
    byte(first)
    byte(second)
  }

  private mutating func escape(_ unit: UInt8) {
    text("\\u00")
    byte(hexDigit(unit >> 4))
    byte(hexDigit(unit & 15))
  }

  private func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
