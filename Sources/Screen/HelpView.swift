/// The keys.
struct HelpView {
  static let lines = [
    ("↑ ↓  j k", "select a finding; PgUp, PgDn, Home, End too"),
    ("⏎  →", "the finding whole, its packets, its connection's ladder"),
    ("Esc  ←", "back to the list; in the list: no filter"),
    ("n  N", "in a finding: the next one, the one before"),
    ("/", "filter: words that must stand in the line (server timeout …)"),
    ("s", "sort: worst, newest, most bytes lost"),
    ("f", "fold findings that are alike, or list each"),
    ("p", "pause: the list stands still; the audit goes on"),
    ("^L", "draw anew"),
    ("^Z", "to the shell; fg comes back"),
    ("q  ^C", "end: the summary follows"),
  ]

  func draw(on canvas: inout Canvas, from top: Int) {
    canvas.put("Keys", .strong, row: top + 1, column: 2)
    for (offset, line) in HelpView.lines.enumerated() {
      canvas.put(line.0, .strong, row: top + 3 + offset, column: 4)
      canvas.put(line.1, row: top + 3 + offset, column: 16)
    }
    canvas.put("Any key goes back.", .faint, row: top + 4 + HelpView.lines.count, column: 2)
  }
}
