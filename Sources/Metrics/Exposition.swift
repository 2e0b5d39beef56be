/// Figures as Prometheus reads them: the text exposition format, version 0.0.4
/// (prometheus.io/docs/instrumenting/exposition_formats).
///
/// Written once a scrape, never once a packet: clarity wins.
struct Exposition {
  /// What `Content-Type` says of it.
  static var contentType: String { "text/plain; version=0.0.4; charset=utf-8" }

  enum Kind: String {
    /// Only grows, until the program is started anew; its name ends in `_total`.
    case counter
    /// Goes up and down.
    case gauge
  }

  private(set) var text = ""

  /// Begins a family; its samples follow.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(Exposition.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// - Parameter labels: names as they are, values escaped here.
  mutating func sample(_ name: String, _ value: UInt64, _ labels: [(String, String)] = []) {
    write(name, String(value), labels)
  }

  /// - Parameter value: finite.
  mutating func sample(_ name: String, _ value: Double) { write(name, "\(value)", []) }

  private mutating func write(_ name: String, _ value: String, _ labels: [(String, String)]) {
    text += name
    if !labels.isEmpty {
      let pairs = labels.map { "\($0)=\"\(Exposition.escaped($1, quotes: true))\"" }
      text += "{\(pairs.joined(separator: ","))}"
    }
    text += " \(value)\n"
  }

  /// Backslashes and line feeds, and in the values of labels quotation marks too.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
