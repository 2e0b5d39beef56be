internal import Report

/// What the terminal understands.
public struct TerminalLanguage: Sendable {
  /// It has colours, and they are wanted.
  public var color: Bool
  /// Its characters are Unicode.
  public var unicode: Bool

  /// - Parameter unicode: if not, arrows and ellipses become ASCII, and all else that is none `?`.
  public init(color: Bool, unicode: Bool) {
    self.color = color
    self.unicode = unicode
  }

  func character(_ character: Character) -> Character {
    guard !unicode, !character.isASCII else { return character }
    switch character {
    case "→": return ">"
    case "…": return "~"
    case "↑": return "^"
    case "↓": return "v"
    case "─": return "-"
    case "⏎": return "<"
    default: return "?"
    }
  }

  func parameters(_ paint: Paint) -> String {
    guard !color else { return paint.parameters }
    switch paint {
    case .error: return Paint.strong.parameters
    case .warning, .note: return Paint.plain.parameters
    case .plain, .strong, .faint, .reverse: return paint.parameters
    }
  }
}

extension Canvas {
  /// The bytes that turn a terminal that shows `old` into one that shows this. nil: the terminal's content is not known.
  ///
  /// A slow line is why: a second in which little changed costs some hundred bytes.
  public func update(from old: Canvas?, _ language: TerminalLanguage) -> [UInt8] {
    var writer = ByteWriter()
    let isKnown = old.map { $0.columns == columns && $0.rows == rows } ?? false
    if !isKnown { writer.text("\u{1b}[0m\u{1b}[2J") }
    for row in 0..<rows {
      let line = row * columns..<(row + 1) * columns
      let before = isKnown ? old.map { Array($0.cells[line]) } : nil
      write(row, Array(cells[line]), before, language, to: &writer)
    }
    return Array(writer.text.utf8)
  }

  /// From the first cell that differs to the last.
  private func write(
    _ row: Int, _ new: [Cell], _ old: [Cell]?, _ language: TerminalLanguage, to writer: inout ByteWriter
  ) {
    let old = old ?? [Cell](repeating: Cell(), count: new.count)
    guard let first = new.indices.first(where: { new[$0] != old[$0] }),
      let last = new.indices.last(where: { new[$0] != old[$0] })
    else { return }
    writer.text("\u{1b}[\(row + 1);\(first + 1)H")
    var paint: Paint?
    for cell in new[first...last] {
      if cell.paint != paint {
        writer.text("\u{1b}[\(language.parameters(cell.paint))m")
        paint = cell.paint
      }
      writer.text(String(language.character(cell.character)))
    }
    if paint != .plain { writer.text("\u{1b}[0m") }
  }
}
