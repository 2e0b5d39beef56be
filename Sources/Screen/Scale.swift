/// Figures in few columns.
enum Scale {
  /// `0`, `950`, `12.3k`, `4.5M`.
  static func count(_ value: Double) -> String { scaled(value, step: 1000, units: ["", "k", "M", "G", "T"]) }

  /// `0 B`, `950 B`, `12.3 KiB`.
  static func bytes(_ value: Double) -> String {
    scaled(value, step: 1024, units: [" B", " KiB", " MiB", " GiB", " TiB", " PiB"])
  }

  /// `0.3 s`
  static func seconds(_ value: Double) -> String { "\(decimal(value)) s" }

  /// `1:02:03`, and before it the days.
  static func clock(_ seconds: Double) -> String {
    let whole = Int(max(0, min(seconds, 1e12)))
    let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    let time = "\(whole / 3600 % 24):\(two(whole / 60 % 60)):\(two(whole % 60))"
    return whole >= 86_400 ? "\(whole / 86_400)d \(time)" : time
  }

  private static func scaled(_ value: Double, step: Double, units: [String]) -> String {
    var rest = max(0, value.isFinite ? value : 0)
    var unit = 0
    // What would be rounded to the next unit is written in it.
    while rest >= step - 0.05, unit < units.count - 1 {
      rest /= step
      unit += 1
    }
    return (unit == 0 ? "\(Int(rest.rounded()))" : decimal(rest)) + units[unit]
  }

  private static func decimal(_ value: Double) -> String {
    let tenths = Int((max(0, min(value, 1e12)) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
