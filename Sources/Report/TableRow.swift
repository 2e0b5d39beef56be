extension Page {
  /// One line of a table; it is never broken, however narrow the terminal.
  /// - Parameter alignsRight: beside the columns: numbers stand to the right.
  mutating func row(_ cells: [String], _ widths: [Int], alignsRight: [Bool], _ tone: Tone = .plain) {
    let last = cells.lastIndex { !$0.isEmpty } ?? 0
    for (column, cell) in cells.enumerated() where column <= last {
      let blank = widths[column] - Wording.width(cell)
      if column > 0 { space(2) }
      if alignsRight[column] { space(blank) }
      put(cell, tone)
      if !alignsRight[column], column < last { space(blank) }
    }
    newline()
  }
}
