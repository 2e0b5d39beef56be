internal import Audit
internal import Engine
internal import Flow
internal import Glibc
internal import Report
internal import Screen

/// The screen of a live audit on the terminal: keys in, pictures out.
final class LiveDisplay {
  /// Figures are taken so often, in looks: twice a second.
  private static var looksPerFigures: Int { 10 }
  /// A lone ESC is the key when nothing follows for so many looks.
  private static var patience: Int { 2 }

  private var terminal: TerminalMode?
  private var screen: Screen
  private let board: LiveBoard
  private let run: RunRecord
  private let began = LiveDisplay.clock
  private var data: ScreenData
  private var last: (time: Double, packets: UInt64, bytes: UInt64)
  private static var looksPerNote: Int { 200 }
  private var looks = 0
  private var noteLooks = 0
  private var silence = 0
  /// The text of the finding that is open, and the screen's width that it was written for.
  private var detail: (id: UInt64, width: Int, lines: [String])?

  /// nil where there is no terminal.
  init?(_ board: LiveBoard, _ run: RunRecord, color: Bool) {
    guard Terminal.environment("TERM") != "dumb", let terminal = TerminalMode() else { return nil }
    let language = TerminalLanguage(color: color, unicode: Terminal.isUnicode)
    let filter = run.filter.map { "  filter: \($0)" } ?? ""
    data = ScreenData(
      title: "live \(run.inputs.joined(separator: " "))\(filter)", figures: LiveFigures(version: run.version))
    screen = Screen(data, columns: terminal.size.columns, rows: terminal.size.rows, language)
    last = (LiveDisplay.clock, 0, 0)
    self.board = board
    self.run = run
    self.terminal = consume terminal
    LiveSignals.watchStops()
  }

  /// Gives the terminal back; nothing is drawn any more.
  func leave() {
    guard terminal != nil else { return }
    terminal = nil
    LiveSignals.leaveStops()
  }

  var isShown: Bool { terminal != nil }

  /// It is time for newer figures.
  var needsFigures: Bool { looks % LiveDisplay.looksPerFigures == 0 }

  /// Words for the person at the screen, shown for a while.
  func note(_ words: String) {
    data.note = words
    noteLooks = LiveDisplay.looksPerNote
    screen.take(data)
  }

  /// Twenty times a second. Says whether the audit goes on.
  func look(at run: borrowing LiveRun, _ figures: LiveFigures?) -> Bool {
    guard terminal != nil else { return true }
    if let figures { take(figures) }
    looks += 1
    if noteLooks > 0 {
      noteLooks -= 1
      if noteLooks == 0 { data.note = nil }
    }
    switch type() {
    case nil, .quit: return false
    case .suspend: suspend()
    case .nothing:
      if LiveSignals.takeStop() { suspend() }
    }
    // Whoever stopped it by SIGSTOP may have used the terminal meanwhile.
    if LiveSignals.takeContinue() {
      terminal?.begin()
      screen.forget()
    }
    if let size = terminal?.size { screen.resize(columns: size.columns, rows: size.rows) }
    if terminal?.send(screen.draw(detail: lines(run))) == false { screen.forget() }
    return true
  }

  /// nil: the terminal is gone.
  private func type() -> Screen.Wish? {
    guard let bytes = terminal?.typed() else { return nil }
    silence = bytes.isEmpty ? silence + 1 : 0
    guard !bytes.isEmpty || silence == LiveDisplay.patience else { return .nothing }
    return screen.type(bytes)
  }

  private func suspend() {
    terminal?.suspend()
    screen.forget()
  }

  private func take(_ figures: LiveFigures) {
    let now = LiveDisplay.clock
    let passed = max(0.001, now - last.time)
    data.packetRate = Double(figures.packets - min(figures.packets, last.packets)) / passed
    data.byteRate = Double(figures.bytes - min(figures.bytes, last.bytes)) / passed
    last = (now, figures.packets, figures.bytes)
    data.figures = figures
    data.elapsed = now - began
    if board.hasNews {
      data.findings = board.list
      data.forgotten = board.forgotten
      board.hasNews = false
    }
    screen.take(data)
  }

  /// The finding that is open, with its connection's ladder.
  private func lines(_ live: borrowing LiveRun) -> [String] {
    guard let id = screen.opened else {
      detail = nil
      return []
    }
    if let detail, detail.id == id, detail.width == screen.width { return detail.lines }
    let lines = text(id, live)
    detail = (id, screen.width, lines)
    return lines
  }

  private func text(_ id: UInt64, _ live: borrowing LiveRun) -> [String] {
    guard let (record, facts) = board.entry(id) else { return [] }
    guard let facts else { return [record.finding.summary] }
    let output = Output()
    var ladder = Ladder(
      facts, segments: live.segments(of: facts), findings: [record], run: run, style: Style(width: screen.width))
    ladder.draw(to: output)
    return String(decoding: output.collected, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  private static var clock: Double { Double(LiveRun.monotonic) / 1e9 }
}
