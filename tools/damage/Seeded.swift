/// SplitMix64: the same seed and name give the same damage, on every machine.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameter name: of what is done: one more perturbation changes nothing of the others.
  init(seed: UInt64, name: String) {
    // FNV-1a.
    state = name.utf8.reduce(0xcbf2_9ce4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// - Parameter percent: 0 ... 100.
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
