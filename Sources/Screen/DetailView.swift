/// One finding whole, and the ladder of its connection, as lines of text that were wrapped to the screen's width.
struct DetailView {
  let lines: [String]
  let scroll: Int

  func draw(on canvas: inout Canvas, _ state: inout ScreenState, from top: Int) {
    let bottom = canvas.rows - 1
    state.listRows = max(1, bottom - top - 1)
    state.detailLines = lines.count
    let first = min(max(0, scroll), max(0, lines.count - state.listRows))
    let last = min(lines.count, first + state.listRows)
    let text = lines.isEmpty ? "── " : "── lines \(first + 1) to \(last) of \(lines.count) "
    let end = canvas.put(text, .faint, row: top, column: 0)
    canvas.put(String(repeating: "─", count: max(0, canvas.columns - end)), .faint, row: top, column: end)
    guard !lines.isEmpty else {
      canvas.put("This finding is kept no more.", .faint, row: top + 2, column: 2)
      return
    }
    for (offset, line) in lines[first..<last].enumerated() {
      canvas.put(line, row: top + 1 + offset, column: 0)
    }
  }
}
