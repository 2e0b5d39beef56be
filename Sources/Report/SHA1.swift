/// SHA-1 (FIPS 180-4 §6.1), which the community id is made with. Not for security.
struct SHA1 {
  private var state: InlineArray<5, UInt32> = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
  private var block = InlineArray<64, UInt8>(repeating: 0)
  private var filled = 0
  private var length: UInt64 = 0

  mutating func update(_ byte: UInt8) {
    block[filled] = byte
    filled += 1
    length &+= 1
    if filled == 64 {
      compress()
      filled = 0
    }
  }

  /// The 20 bytes of the digest; the value is used up.
  mutating func digest() -> InlineArray<20, UInt8> {
    let bits = length &* 8
    update(0x80)
    while filled != 56 { update(0) }
    for shift in stride(from: 56, through: 0, by: -8) { update(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    var bytes = InlineArray<20, UInt8>(repeating: 0)
    for index in 0..<20 {
      bytes[index] = UInt8(truncatingIfNeeded: state[index / 4] >> UInt32(24 - index % 4 * 8))
    }
    return bytes
  }

  private mutating func compress() {
    var w = InlineArray<80, UInt32>(repeating: 0)
    for t in 0..<16 {
      for byte in 0..<4 { w[t] = w[t] << 8 | UInt32(block[t * 4 + byte]) }
    }
    for t in 16..<80 { w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], by: 1) }
    var a = state[0]
    var b = state[1]
    var c = state[2]
    var d = state[3]
    var e = state[4]
    for t in 0..<80 {
      let (f, k) = round(t, b, c, d)
      let next = rotate(a, by: 5) &+ f &+ e &+ k &+ w[t]
      e = d
      d = c
      c = rotate(b, by: 30)
      b = a
      a = next
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
  }

  /// f and K of step `t` (§4.1.1, §4.2.1).
  private func round(_ t: Int, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> (UInt32, UInt32) {
    switch t {
    case 0..<20: (b & c | ~b & d, 0x5a82_7999)
    case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
    case 40..<60: (b & c | b & d | c & d, 0x8f1b_bcdc)
    default: (b ^ c ^ d, 0xca62_c1d6)
    }
  }

  private func rotate(_ word: UInt32, by count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
