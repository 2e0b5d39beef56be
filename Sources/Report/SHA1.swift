internal import CSHA1

/// SHA-1 (FIPS 180-4 §6.1), which the community id is made with. Not for security.
///
/// Why the unsafe lines hold: the function is told where five and sixteen words are that live for the call.
struct SHA1 {
  private var state: InlineArray<5, UInt32> = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
  /// The words of the block, big-endian; beyond `filled` bytes they are 0.
  private var block = InlineArray<16, UInt32>(repeating: 0)
  private var filled = 0
  private var length: UInt64 = 0
  private let bySteps: Bool

  /// - Parameter bySteps: as where the processor has no instructions for it.
  init(bySteps: Bool = false) { self.bySteps = bySteps }

  mutating func update(_ byte: UInt8) {
    block[filled >> 2] |= UInt32(byte) << UInt32(24 - filled % 4 * 8)
    filled += 1
    length &+= 1
    if filled == 64 { compress() }
  }

  /// Two bytes, the higher first, behind an even number of them.
  mutating func update(two: UInt16) {
    block[filled >> 2] |= UInt32(two) << (filled & 2 == 0 ? 16 : 0)
    filled += 2
    length &+= 2
    if filled == 64 { compress() }
  }

  /// The 20 bytes of the digest, big-endian; the value is used up.
  mutating func digest() -> InlineArray<5, UInt32> {
    let bits = length &* 8
    update(0x80)
    // No room for the length.
    if filled > 56 { compress() }
    block[14] = UInt32(truncatingIfNeeded: bits >> 32)
    block[15] = UInt32(truncatingIfNeeded: bits)
    compress()
    return state
  }

  /// Takes in the block, and empties it.
  private mutating func compress() {
    if bySteps {
      compressBySteps()
    } else if !compressByProcessor() {
      compressBySteps()
    }
    block = InlineArray(repeating: 0)
    filled = 0
  }

  /// Says whether the processor has instructions for it: then they take a tenth of the steps.
  private mutating func compressByProcessor() -> Bool {
    let words = block
    var five = state.mutableSpan
    return unsafe five.withUnsafeMutableBufferPointer { to in
      unsafe words.span.withUnsafeBufferPointer { from in
        guard let state = to.baseAddress, let block = from.baseAddress else { return false }
        return unsafe tcpaudit_sha1_block(state, block)
      }
    }
  }

  /// The schedule, and f and K of each twenty steps (§6.1.2, §4.1.1, §4.2.1).
  private mutating func compressBySteps() {
    var words = InlineArray<80, UInt32>(repeating: 0)
    for t in 0..<16 { words[t] = block[t] }
    for t in 16..<80 {
      let mixed = words[t &- 3] ^ words[t &- 8] ^ words[t &- 14] ^ words[t &- 16]
      words[t] = mixed << 1 | mixed >> 31
    }
    var five = Five(a: state[0], b: state[1], c: state[2], d: state[3], e: state[4])
    for t in 0..<20 { five.step(five.b & five.c | ~five.b & five.d, 0x5a82_7999, words[t]) }
    for t in 20..<40 { five.step(five.b ^ five.c ^ five.d, 0x6ed9_eba1, words[t]) }
    for t in 40..<60 { five.step(five.b & five.c | five.b & five.d | five.c & five.d, 0x8f1b_bcdc, words[t]) }
    for t in 60..<80 { five.step(five.b ^ five.c ^ five.d, 0xca62_c1d6, words[t]) }
    state[0] &+= five.a
    state[1] &+= five.b
    state[2] &+= five.c
    state[3] &+= five.d
    state[4] &+= five.e
  }

  private struct Five {
    var a: UInt32
    var b: UInt32
    var c: UInt32
    var d: UInt32
    var e: UInt32

    @inline(__always) mutating func step(_ f: UInt32, _ k: UInt32, _ word: UInt32) {
      let next = (a << 5 | a >> 27) &+ f &+ e &+ k &+ word
      (a, b, c, d, e) = (next, a, b << 30 | b >> 2, c, d)
    }
  }
}
