internal import Audit
internal import Engine
internal import Flow
internal import Glibc
internal import Report
internal import Screen
internal import Wire

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
  private var packetRate = RateMeter()
  private var byteRate = RateMeter()
  private static var looksPerNote: Int { 200 }
  private var looks = 0
  private var noteLooks = 0
  private var silence = 0
  /// The text of the finding that is open, and what it was written for.
  private var detail: Detail?
  /// It is written anew so often, in looks, where there is something new: every two seconds.
  private static var looksPerDetail: Int { 40 }

  private struct Detail {
    /// As it was opened, the one that stands in its place now, and the latest packet of its connection.
    var opened: UInt64
    var stands: UInt64
    var latest: UInt64?
    var width: Int
    /// When it was looked at.
    var looks: Int
    var lines: [String]
  }

  /// nil where there is no terminal.
  init?(_ board: LiveBoard, _ run: RunRecord, color: Bool) {
    guard Terminal.environment("TERM") != "dumb", let terminal = TerminalMode() else { return nil }
    let language = TerminalLanguage(color: color, unicode: Terminal.isUnicode)
    let filter = run.filter.map { "  filter: \($0)" } ?? ""
    data = ScreenData(
      title: "live \(run.inputs.joined(separator: " "))\(filter)", figures: LiveFigures(version: run.version))
    screen = Screen(data, columns: terminal.size.columns, rows: terminal.size.rows, language)
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

  /// The connection of the finding that is open.
  var wanted: UInt64? { screen.opened.flatMap { board.entry($0)?.record.connection } }

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
    data.packetRate = packetRate.note(figures.packets, at: now)
    data.byteRate = byteRate.note(figures.bytes, at: now)
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
    if var detail, detail.opened == id, detail.width == screen.width {
      guard looks - detail.looks >= LiveDisplay.looksPerDetail else { return detail.lines }
      detail.looks = looks
      self.detail = detail
      let segments = board.entry(id).flatMap { facts($0, live) }.map { live.segments(of: $0) } ?? []
      if board.standing(id) == detail.stands, segments.last?.ordinal == detail.latest { return detail.lines }
    }
    return write(id, live)
  }

  private func write(_ id: UInt64, _ live: borrowing LiveRun) -> [String] {
    guard let entry = board.entry(id) else { return [] }
    let (record, healing) = (entry.record, entry.healing)
    var written = Detail(
      opened: id, stands: board.standing(id), latest: nil, width: screen.width, looks: looks,
      lines: [])
    if let facts = facts(entry, live) {
      let segments = live.segments(of: facts)
      written.latest = segments.last?.ordinal
      written.lines = text(record, facts, segments)
    } else {
      written.lines = FindingDetail.lines(record, run, width: screen.width)
    }
    if let healing { written.lines = FindingDetail.healing(healing, width: screen.width) + written.lines }
    detail = written
    return written.lines
  }

  /// Of its connection: what was acknowledged since the finding was told is not said to be lost.
  private func facts(_ entry: LiveBoard.Sight, _ live: borrowing LiveRun) -> Facts? {
    guard let facts = entry.facts else { return nil }
    return live.facts(of: facts.id) ?? facts
  }

  private func text(_ record: FindingRecord, _ facts: Facts, _ segments: [Segment]) -> [String] {
    let output = Output()
    // The connection's id is the number of the packet that began it.
    let isCut = segments.first.map { $0.ordinal > facts.id } ?? true
    var ladder = Ladder(
      facts, segments: segments, findings: [record], run: run, style: Style(width: screen.width),
      window: isCut ? .latest : .sofar)
    ladder.draw(to: output)
    return String(decoding: output.collected, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  private static var clock: Double { Double(LiveRun.monotonic) / 1e9 }
}
