internal import Audit
internal import Report

/// The list of findings, one a line, the selected one marked.
struct FindingsView {
  let data: ScreenData
  let list: [ScreenFinding]

  /// Columns of each field; the summary takes the rest.
  private struct Columns {
    var rule = 0
    var fault = 9
    var endpoints = 9
    var summary = 9

    init(_ width: Int, _ list: some Collection<ScreenFinding>) {
      let longest = { (field: (ScreenFinding) -> Int, most: Int) in min(most, list.map(field).max() ?? 0) }
      rule = 9
      fault = rule + max(4, longest({ $0.rule.count }, 20)) + 2
      endpoints = fault + 9
      summary = endpoints + (width >= 110 ? max(10, longest({ $0.whom.count }, width >= 150 ? 60 : 44)) + 2 : 0)
    }
  }

  func draw(on canvas: inout Canvas, _ state: inout ScreenState, from top: Int) {
    let bottom = canvas.rows - 1
    state.listRows = max(1, bottom - top - 1)
    heading(&canvas, state, top)
    guard let selected = state.place(in: list) else {
      canvas.put(empty(state), .faint, row: top + 2, column: 2)
      return
    }
    // The selected one stays in sight; the list begins at a page's border, so that it does not creep.
    let first = selected / state.listRows * state.listRows
    let shown = list[first..<min(list.count, first + state.listRows)]
    let columns = Columns(canvas.columns, shown)
    for (offset, finding) in shown.enumerated() {
      row(finding, columns, top + 1 + offset, isSelected: first + offset == selected, &canvas)
    }
  }

  private func heading(_ canvas: inout Canvas, _ state: ScreenState, _ row: Int) {
    let count = list.reduce(0) { $0 + $1.alike }
    var text = "── \(count) finding\(count == 1 ? "" : "s")"
    if count > list.count { text += " of \(list.count) kind\(list.count == 1 ? "" : "s")" }
    text += ", \(state.order.rawValue)"
    if !state.filter.isEmpty { text += ", matching “\(state.filter)”" }
    if data.forgotten > 0 { text += ", \(data.forgotten) older ones left out" }
    let end = canvas.put(text + " ", .faint, row: row, column: 0)
    canvas.put(String(repeating: "─", count: max(0, canvas.columns - end)), .faint, row: row, column: end)
  }

  private func empty(_ state: ScreenState) -> String {
    if !state.filter.isEmpty { return "No finding matches the filter (Esc shows all)." }
    if data.figures.packets == 0 { return "No packet yet." }
    return "Nothing is wrong so far."
  }

  private func row(
    _ finding: ScreenFinding, _ columns: Columns, _ row: Int, isSelected: Bool, _ canvas: inout Canvas
  ) {
    let paint: Paint =
      switch finding.severity {
      case _ where finding.isHealed: .faint
      case .error: .error
      case .warning: .warning
      case .note: .note
      }
    let plain: Paint = finding.isHealed ? .faint : .plain
    canvas.put(finding.isHealed ? "healed" : finding.severity.name, paint, row: row, column: 0, limit: columns.rule - 1)
    canvas.put(finding.rule, plain, row: row, column: columns.rule, limit: columns.fault - 1)
    canvas.put(finding.atFault, plain, row: row, column: columns.fault, limit: columns.endpoints - 1)
    if columns.summary > columns.endpoints {
      canvas.put(finding.whom, plain, row: row, column: columns.endpoints, limit: columns.summary - 1)
      canvas.put(finding.summary, plain, row: row, column: columns.summary)
    } else {
      // Narrow: who it is about matters more than the sentence, which Enter shows.
      let end = canvas.put(finding.whom, plain, row: row, column: columns.endpoints)
      canvas.put(finding.summary, .faint, row: row, column: end + 2)
    }
    if isSelected { canvas.paint(.reverse, row: row) }
  }
}
