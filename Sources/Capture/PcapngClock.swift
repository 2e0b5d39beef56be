/// How an interface counts time: if_tsresol and if_tsoffset (draft-ietf-opsawg-pcapng §4.2).
struct PcapngClock: Equatable {
  /// As the file has it: a power of ten, or of two where the highest bit is set. Microseconds where nothing is said.
  var resolution: UInt8 = 6 {
    didSet { nanosecondsPerTick = Self.nanosecondsPerTick(resolution) }
  }
  /// Seconds to add.
  var offset: Int64 = 0
  /// 0 where a tick is no whole number of nanoseconds.
  private var nanosecondsPerTick: UInt64 = 1000

  init() {}

  /// Nanoseconds since 1970; what 64 bits can't hold is clamped.
  @inline(__always) func time(_ ticks: UInt64) -> Int64 {
    if nanosecondsPerTick != 0 && offset == 0 {
      let (product, over) = ticks.multipliedReportingOverflow(by: nanosecondsPerTick)
      if !over && product <= UInt64(Int64.max) { return Int64(product) }
    }
    return wideTime(ticks)
  }

  @inline(never) private func wideTime(_ ticks: UInt64) -> Int64 {
    let exponent = UInt64(resolution & 0x7f)
    let nanoseconds: UInt128
    if resolution & 0x80 != 0 {
      nanoseconds = (UInt128(ticks) * 1_000_000_000) >> exponent
    } else if exponent <= 9 {
      nanoseconds = UInt128(ticks) * UInt128(nanosecondsPerTick)
    } else {
      var left = UInt128(ticks)
      var remaining = exponent - 9
      while remaining > 0 && left > 0 {
        left /= 10
        remaining -= 1
      }
      nanoseconds = left
    }
    let sum = Int128(nanoseconds) + Int128(offset) * 1_000_000_000
    return Int64(clamping: sum)
  }

  private static func nanosecondsPerTick(_ resolution: UInt8) -> UInt64 {
    guard resolution <= 9 else { return 0 }
    return (resolution..<9).reduce(UInt64(1)) { product, _ in product * 10 }
  }
}
