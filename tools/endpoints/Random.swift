/// SplitMix64: the same seed gives the same capture, on every machine.
package struct Random {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// 0 ..< `bound`.
  package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  package mutating func between(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// 0 ..< 1.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  package mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  package mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

  /// Pareto with shape 1.2: most are near `least`, a few carry most of the bytes.
  package mutating func heavyTailed(from least: Int, to most: Int) -> Int {
    // x^(-1/1.2) by repeated square roots: x^(-5/6) = 1 / (sqrt(x) * cuberoot(x)); good enough as 1 / x^(0.8125).
    let x = max(unit(), 1e-9)
    let half = x.squareRoot()
    let quarter = half.squareRoot()
    let sixteenth = quarter.squareRoot().squareRoot()
    let drawn = Double(least) / (half * quarter * sixteenth)
    return Int(min(Double(most), drawn))
  }
}

/// Nanoseconds.
package func seconds(_ value: Double) -> Int64 { Int64((value * 1e9).rounded()) }
package func milliseconds(_ value: Double) -> Int64 { seconds(value / 1000) }
