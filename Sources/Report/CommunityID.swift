internal import Flow
internal import Wire

extension ByteWriter {
  /// The community id of a TCP connection, version 1 with seed 0: `1:` and the base64 of a SHA-1 over the ordered tuple
  /// (https://github.com/corelight/community-id-spec). Joins our records with those of Zeek, Suricata, Wireshark.
  mutating func communityID(_ one: Endpoint, _ other: Endpoint, ipVersion: UInt8) {
    let isOrdered = precedes(one, other, ipVersion: ipVersion)
    let (lower, upper) = isOrdered ? (one, other) : (other, one)
    var hash = SHA1()
    hash.update(0, bytes: 2)  // the seed
    hash.update(lower.address, ipVersion: ipVersion)
    hash.update(upper.address, ipVersion: ipVersion)
    hash.update(6, bytes: 1)  // TCP
    hash.update(0, bytes: 1)  // padding
    hash.update(UInt64(lower.port), bytes: 2)
    hash.update(UInt64(upper.port), bytes: 2)
    text("1:")
    base64(hash.digest())
  }

  /// The lower address first, by network order; with equal ones the lower port.
  private func precedes(_ one: Endpoint, _ other: Endpoint, ipVersion: UInt8) -> Bool {
    if one.address.high != other.address.high { return one.address.high < other.address.high }
    if one.address.low != other.address.low { return one.address.low < other.address.low }
    return one.port <= other.port
  }

  /// RFC 4648 §4; 20 bytes give 27 digits and one `=`.
  private mutating func base64(_ digest: InlineArray<20, UInt8>) {
    for start in stride(from: 0, to: 20, by: 3) {
      var group: UInt32 = 0
      for offset in 0..<3 { group = group << 8 | (start + offset < 20 ? UInt32(digest[start + offset]) : 0) }
      for digit in 0..<4 where digit <= 20 - start {
        byte(ByteWriter.base64Digit(UInt8(truncatingIfNeeded: group >> UInt32(18 - digit * 6)) & 63))
      }
    }
    byte(UInt8(ascii: "="))
  }

  @inline(__always) private static func base64Digit(_ value: UInt8) -> UInt8 {
    switch value {
    case 0..<26: UInt8(ascii: "A") &+ value
    case 26..<52: UInt8(ascii: "a") &+ value &- 26
    case 52..<62: UInt8(ascii: "0") &+ value &- 52
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
  }
}

extension SHA1 {
  /// Four bytes of an IPv4 address, sixteen of an IPv6 one.
  fileprivate mutating func update(_ address: IPAddress, ipVersion: UInt8) {
    if ipVersion == 6 { update(address.high, bytes: 8) }
    update(address.low, bytes: ipVersion == 6 ? 8 : 4)
  }

  /// The low `bytes` bytes of `word`, highest first.
  fileprivate mutating func update(_ word: UInt64, bytes: Int) {
    var shift = UInt64(bytes * 8)
    while shift > 0 {
      shift &-= 8
      update(UInt8(truncatingIfNeeded: word >> shift))
    }
  }
}
