internal import Flow
internal import Wire

extension ByteWriter {
  /// The community id of a TCP connection, version 1 with seed 0: `1:` and the base64 of a SHA-1 over the ordered tuple
  /// (https://github.com/corelight/community-id-spec). Joins our records with those of Zeek, Suricata, Wireshark.
  mutating func communityID(_ one: Endpoint, _ other: Endpoint, ipVersion: UInt8) {
    let isOrdered = precedes(one, other, ipVersion: ipVersion)
    let (lower, upper) = isOrdered ? (one, other) : (other, one)
    var hash = SHA1()
    hash.update(two: 0)  // the seed
    hash.update(lower.address, ipVersion: ipVersion)
    hash.update(upper.address, ipVersion: ipVersion)
    hash.update(two: 6 << 8)  // TCP, and padding
    hash.update(two: lower.port)
    hash.update(two: upper.port)
    literal("1:")
    base64(hash.digest())
  }

  /// The lower address first, by network order; with equal ones the lower port.
  private func precedes(_ one: Endpoint, _ other: Endpoint, ipVersion: UInt8) -> Bool {
    if one.address.high != other.address.high { return one.address.high < other.address.high }
    if one.address.low != other.address.low { return one.address.low < other.address.low }
    return one.port <= other.port
  }

  /// RFC 4648 §4; 20 bytes give 27 digits and one `=`.
  private mutating func base64(_ digest: InlineArray<5, UInt32>) {
    four(ByteWriter.base64(digest[0] >> 8))
    four(ByteWriter.base64(digest[0] << 16 | digest[1] >> 16))
    four(ByteWriter.base64(digest[1] << 8 | digest[2] >> 24))
    four(ByteWriter.base64(digest[2]))
    four(ByteWriter.base64(digest[3] >> 8))
    four(ByteWriter.base64(digest[3] << 16 | digest[4] >> 16))
    four(ByteWriter.base64(digest[4] << 8) & 0x00ff_ffff | UInt32(UInt8(ascii: "=")) << 24)
  }

  /// The four digits of the lowest 24 bits, each in a byte of its own, the first one lowest: `A` … `Z`, `a` … `z`, `0` … `9`, `+`, `/`.
  @inline(__always) private static func base64(_ group: UInt32) -> UInt32 {
    let values = group >> 18 & 63 | (group >> 12 & 63) << 8 | (group >> 6 & 63) << 16 | (group & 63) << 24
    /// 1 in each byte whose value is `bound` or more.
    func atLeast(_ bound: UInt32) -> UInt32 { (values &+ (128 &- bound) &* 0x0101_0101) >> 7 & 0x0101_0101 }
    // What is to be added changes by as much at each of these values.
    return values &+ 65 &* 0x0101_0101 &+ 6 &* atLeast(26) &- 75 &* atLeast(52) &- 15 &* atLeast(62) &+ 3 &* atLeast(63)
  }
}

extension SHA1 {
  /// Four bytes of an IPv4 address, sixteen of an IPv6 one.
  fileprivate mutating func update(_ address: IPAddress, ipVersion: UInt8) {
    if ipVersion == 6 {
      update(word: UInt32(truncatingIfNeeded: address.high >> 32))
      update(word: UInt32(truncatingIfNeeded: address.high))
      update(word: UInt32(truncatingIfNeeded: address.low >> 32))
    }
    update(word: UInt32(truncatingIfNeeded: address.low))
  }

  private mutating func update(word: UInt32) {
    update(two: UInt16(truncatingIfNeeded: word >> 16))
    update(two: UInt16(truncatingIfNeeded: word))
  }
}
