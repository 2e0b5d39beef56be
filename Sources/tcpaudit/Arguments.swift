internal import ArgumentParser
internal import Audit

/// A length of time as people write it: `350s`, `5m`, `2h`, `250ms`; a bare number is seconds. Nanoseconds.
struct Span {
  var nanoseconds: Int64

  private static let units: [(String, Int64)] = [
    ("ms", 1_000_000), ("us", 1_000), ("ns", 1), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
  ]

  init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }

  /// For an option: a mistake says what is right.
  static func parse(_ argument: String) throws -> Span {
    guard let span = Span(argument: argument) else {
      throw ValidationError("a time is a number and one of ns, us, ms, s, m, h, d: 350s, 5m; ten years at most")
    }
    return span
  }

  /// Ten years, ns: what is reckoned from it, some multiples, is far from what 64 bits hold.
  private static var longest: Double { 315_576_000e9 }

  init?(argument: String) {
    let unit = Span.units.first { argument.hasSuffix($0.0) } ?? ("", 1_000_000_000)
    guard let number = Double(argument.dropLast(unit.0.count)), number >= 0, number.isFinite else { return nil }
    let product = number * Double(unit.1)
    guard product <= Span.longest else { return nil }
    nanoseconds = Int64(product)
  }
}

enum WholeNumber {
  /// For an option: a mistake says what is right.
  static func parse(_ argument: String) throws -> Int {
    guard let number = Int(argument) else { throw ValidationError("a whole number is wanted: 4, 20000") }
    return number
  }
}

/// Bytes as people write them: `512M`, `2G`, `1048576`.
struct ByteSize {
  var bytes: Int

  /// For an option: a mistake says what is right.
  static func parse(_ argument: String) throws -> ByteSize {
    guard let size = ByteSize(argument: argument) else {
      throw ValidationError("a size is a whole number of bytes, or one with K, M, G or T: 512M, 2G")
    }
    return size
  }

  init?(argument: String) {
    var text = Substring(argument.uppercased())
    for suffix in ["IB", "B"] where text.hasSuffix(suffix) { text = text.dropLast(suffix.count) }
    var shift = 0
    for (letter, bits) in [("K", 10), ("M", 20), ("G", 30), ("T", 40)] where text.hasSuffix(letter) {
      text = text.dropLast()
      shift = bits
    }
    guard let number = Int(text), number > 0, number <= Int.max >> shift else { return nil }
    bytes = number << shift
  }
}

/// What times and sizes are written in, for `--help`.
enum Units {
  static let help = """
    UNITS
      <time>  a number and ns, us, ms, s, m, h or d: 350s, 5m; alone it is seconds
      <size>  a number and K, M, G or T (of 1024): 512M; alone it is bytes
    """
}

enum SeverityChoice: String, ExpressibleByArgument, CaseIterable {
  case note, warning, error

  var severity: Severity {
    switch self {
    case .note: .note
    case .warning: .warning
    case .error: .error
    }
  }
}

enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, csv, zeek }

enum ColorChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }
