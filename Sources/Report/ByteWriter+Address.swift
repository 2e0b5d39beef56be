internal import Wire

extension ByteWriter {
  /// As `IPAddress.text(ipVersion:)`: dotted decimal is written here, as a million connections have two of them each.
  mutating func address(_ address: IPAddress, ipVersion: UInt8) {
    guard ipVersion != 6 else { return text(address.text(ipVersion: ipVersion)) }
    let value = address.v4
    decimal(UInt64(value >> 24))
    byte(UInt8(ascii: "."))
    decimal(UInt64(value >> 16 & 255))
    byte(UInt8(ascii: "."))
    decimal(UInt64(value >> 8 & 255))
    byte(UInt8(ascii: "."))
    decimal(UInt64(value & 255))
  }
}
