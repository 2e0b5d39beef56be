/// The first word that is typed: a command, or a file for the default one. A mistyped command is no file.
enum Commands {
  static let built = ["read", "live", "show", "check", "rules", "explain", "interfaces", "sockets", "help"]
  /// Words that people type because other tools, or our design, have them.
  static let absent = ["compare"]

  /// One line that names the mistake and the mend; nil where there is none.
  /// - Parameter isFile: whether something of that name is there.
  static func mistake(in arguments: [String], isFile: (String) -> Bool) -> String? {
    // Swift puts this character in the place of bytes that are no UTF-8: another name would be opened, or made.
    if let name = arguments.first(where: { $0.contains("\u{fffd}") && !isFile($0) }) {
      return
        "“\(name)” is not what was typed: only names in UTF-8 can be used; rename the file, or give it on standard input"
    }
    guard let word = arguments.first, !word.hasPrefix("-") else { return nil }
    if word == "help" {
      guard arguments.count > 1, !arguments[1].hasPrefix("-"), !built.contains(arguments[1]) else { return nil }
      return message(arguments[1])
    }
    guard !built.contains(word), !isFile(word), absent.contains(word) || nearest(word) != nil else { return nil }
    return message(word)
  }

  private static func message(_ word: String) -> String {
    let said = "no such command: “\(word)”"
    if !absent.contains(word), let near = nearest(word) { return "\(said); did you mean tcpaudit \(near)?" }
    return "\(said); the commands are \(built.dropLast().joined(separator: ", "))"
  }

  /// The command that a slip of the fingers away is: a third of its letters.
  private static func nearest(_ word: String) -> String? {
    let distances = built.map { ($0, distance(Array(word.lowercased()), Array($0))) }
    guard let (name, distance) = distances.min(by: { $0.1 < $1.1 }), distance <= max(1, name.count / 3) else {
      return nil
    }
    return name
  }

  /// Letters put in, left out, changed, or two of them swapped (optimal string alignment).
  private static func distance(_ one: [Character], _ two: [Character]) -> Int {
    var rows = [Array(0...two.count)]
    for (row, letter) in one.enumerated() {
      var line = [row + 1]
      for (column, other) in two.enumerated() {
        var least = min(rows[row][column + 1] + 1, line[column] + 1, rows[row][column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == two[column - 1], one[row - 1] == other {
          least = min(least, rows[row - 1][column - 1] + 1)
        }
        line.append(least)
      }
      rows.append(line)
    }
    return rows[one.count][two.count]
  }
}
