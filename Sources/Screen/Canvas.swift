internal import Report

/// How a piece of the screen looks.
public enum Paint: Sendable {
  case plain, strong, faint, error, warning, note
  /// The line that is selected, headings.
  case reverse

  /// The parameters of SGR (ECMA-48 §8.3.117).
  var parameters: String {
    switch self {
    case .plain: "0"
    case .strong: "0;1"
    case .faint: "0;2"
    case .error: "0;1;31"
    case .warning: "0;1;33"
    case .note: "0;1;36"
    case .reverse: "0;7"
    }
  }
}

/// One screenful of characters, drawn anew each time; only what differs from the last is sent (`update(from:)`).
///
/// One character takes one column: what would take two, or none, is shown as `?`, and nothing that a terminal would obey gets here
/// (`Wording.visible`).
public struct Canvas: Sendable {
  struct Cell: Hashable, Sendable {
    var character: Character = " "
    var paint = Paint.plain
  }

  /// Characters in a row, 1 or more.
  public let columns: Int
  /// Rows, 1 or more; the uppermost is 0.
  public let rows: Int
  /// Row by row.
  private(set) var cells: [Cell]

  /// - Parameters: in characters; at least one each way.
  public init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    cells = [Cell](repeating: Cell(), count: self.columns * self.rows)
  }

  /// Writes what fits between `column` and `limit` (the right edge, if nil); what does not fit ends in `…`.
  /// Outside of the canvas nothing is written. Says at which column it ends.
  @discardableResult
  public mutating func put(
    _ text: String, _ paint: Paint = .plain, row: Int, column: Int, limit: Int? = nil
  ) -> Int {
    let end = min(limit ?? columns, columns)
    guard (0..<rows).contains(row), column >= 0, column < end else { return column }
    let characters = Array(Wording.visible(text))
    var place = column
    for (index, character) in characters.enumerated() {
      let isCut = place == end - 1 && index < characters.count - 1
      cells[row * columns + place] = Cell(character: isCut ? "…" : Canvas.narrow(character), paint: paint)
      place += 1
      if place == end { break }
    }
    return place
  }

  /// Paints a whole row, whatever is written there.
  mutating func paint(_ paint: Paint, row: Int) {
    guard (0..<rows).contains(row) else { return }
    for place in row * columns..<(row + 1) * columns { cells[place].paint = paint }
  }

  /// Nothing is on it any more.
  mutating func clear(row: Int) {
    guard (0..<rows).contains(row) else { return }
    for place in row * columns..<(row + 1) * columns { cells[place] = Cell() }
  }

  /// A row as text, without the blanks at its end.
  func text(row: Int) -> String {
    let line = String(cells[row * columns..<(row + 1) * columns].map(\.character))
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  /// Characters of scripts whose letters are two columns wide, and marks that take none, are not told apart: `?`.
  private static func narrow(_ character: Character) -> Character {
    let scalars = character.unicodeScalars
    guard let scalar = scalars.first, scalars.count == 1, scalar.value < 0x2e80 else { return "?" }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return "?"
    case .spaceSeparator: return " "
    default: return (0x1100..<0x1160).contains(scalar.value) ? "?" : character
    }
  }
}
