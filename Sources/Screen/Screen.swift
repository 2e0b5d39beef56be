/// The live view: takes keys and data, and says what the terminal has to be sent. It touches no terminal itself.
public struct Screen {
  private var state = ScreenState()
  private var reader = KeyReader()
  private let language: TerminalLanguage
  private var columns: Int
  private var rows: Int
  /// What the terminal shows.
  private var shown: Canvas?
  /// It may not be what there is to show.
  private var isStale = true
  private var shownDetail: [String] = []
  /// What is shown; while paused, with the findings of then.
  private var data: ScreenData
  private var newest: ScreenData
  /// The findings as shown: filtered, sorted and folded.
  private var list: [ScreenFinding] = []
  /// How they are; nil: there are others now.
  private var arrangement: Arrangement?

  private struct Arrangement: Equatable {
    var order: FindingOrder
    var filter: String
    var isFolded: Bool
  }

  /// What the program has to do.
  public enum Wish: Sendable { case quit, suspend, nothing }

  /// - Parameters:
  ///   - columns: of the terminal.
  ///   - rows: of the terminal.
  public init(_ data: ScreenData, columns: Int, rows: Int, _ language: TerminalLanguage) {
    self.data = data
    newest = data
    self.columns = columns
    self.rows = rows
    self.language = language
  }

  /// The finding whose whole text is looked at, if one is.
  public var opened: UInt64? {
    guard case .detail(let id, _) = state.view else { return nil }
    return id
  }

  /// Columns that text for the detail may take.
  public var width: Int { columns }

  /// Newer figures and findings. While paused the list stands still.
  public mutating func take(_ newer: ScreenData) {
    newest = newer
    isStale = true
    refresh()
    arrange()
  }

  private mutating func refresh() {
    let shown = data
    data = newest
    if state.isPaused { (data.findings, data.forgotten) = (shown.findings, shown.forgotten) }
    // What a finding says does not change under its number.
    if !data.findings.elementsEqual(shown.findings, by: { $0.id == $1.id }) { arrangement = nil }
  }

  /// The terminal's size, as it is now; one that changed is drawn anew.
  public mutating func resize(columns: Int, rows: Int) {
    guard columns != self.columns || rows != self.rows else { return }
    (self.columns, self.rows) = (columns, rows)
    forget()
  }

  /// Somebody else has written on the terminal.
  public mutating func forget() {
    shown = nil
    isStale = true
  }

  /// Bytes that the terminal sent; none: nothing came for a while.
  public mutating func type(_ bytes: [UInt8]) -> Wish {
    for key in bytes.isEmpty ? reader.finish() : reader.take(bytes) {
      isStale = true
      let wasPaused = state.isPaused
      let wish = state.press(key, list)
      if wasPaused != state.isPaused { refresh() }
      arrange()
      switch wish {
      case .quit: return .quit
      case .suspend: return .suspend
      case .redraw: shown = nil
      case .nothing: break
      }
    }
    return .nothing
  }

  private mutating func arrange() {
    let wanted = Arrangement(order: state.order, filter: state.filter, isFolded: state.isFolded)
    guard arrangement != wanted else { return }
    arrangement = wanted
    let filter = FindingFilter(state.filter)
    let sorted = state.order.sort(state.filter.isEmpty ? data.findings : data.findings.filter(filter.matches))
    guard state.isFolded else {
      list = sorted
      return
    }
    let fold = FindingFold(sorted)
    list = fold.lines
    // What is selected stays so in the line that it is in now.
    if let selected = state.selected, let place = fold.places[selected] { state.selected = place }
  }

  /// What has to be sent so that the terminal shows the state of things.
  /// - Parameter detail: lines about the finding that is `opened`, no wider than `width`.
  public mutating func draw(detail: [String] = []) -> [UInt8] {
    guard isStale || detail != shownDetail else { return [] }
    (isStale, shownDetail) = (false, detail)
    let canvas = picture(detail)
    defer { shown = canvas }
    return canvas.update(from: shown, language)
  }

  mutating func picture(_ detail: [String]) -> Canvas {
    var canvas = Canvas(columns: columns, rows: rows)
    HeaderView(data: data, state: state).draw(on: &canvas)
    switch state.view {
    case .findings, .filter: FindingsView(data: data, list: list).draw(on: &canvas, &state, from: HeaderView.rows)
    case .detail(_, let scroll):
      DetailView(lines: detail, scroll: scroll).draw(on: &canvas, &state, from: HeaderView.rows)
    case .help: HelpView().draw(on: &canvas, from: HeaderView.rows)
    }
    footer(&canvas)
    return canvas
  }

  private func footer(_ canvas: inout Canvas) {
    let row = canvas.rows - 1
    // The help has none; where there are few rows the others would be written over.
    if case .help = state.view { return }
    canvas.clear(row: row)
    if let note = data.note, !state.isTyping {
      canvas.put(note, .warning, row: row, column: 0)
      return
    }
    switch state.view {
    case .findings:
      canvas.put("↑↓ select  ⏎ open  / filter  s sort  p pause  ? help  q quit", .faint, row: row, column: 0)
    case .detail: canvas.put("↑↓ scroll  n next  Esc back  ? help", .faint, row: row, column: 0)
    case .help: break
    case .filter:
      let end = canvas.put("filter: \(state.filter)", .strong, row: row, column: 0)
      canvas.put("_", .reverse, row: row, column: end)
    }
  }
}
