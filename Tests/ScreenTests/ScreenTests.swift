import Audit
import Report
import Testing

@testable import Screen

private let language = TerminalLanguage(color: false, unicode: true)

private func finding(
  _ id: UInt64, _ severity: Severity, _ rule: String, _ fault: String = "client", lost: UInt64? = nil,
  healed: Bool = false
) -> ScreenFinding {
  ScreenFinding(
    id: id, time: nil, severity: severity, confidence: .certain, rule: rule, atFault: fault, connection: id,
    endpoints: "10.1.0.2:5012\(id) → 10.2.0.2:2181", summary: "what happened to \(id)", bytesLost: lost,
    isHealed: healed)
}

/// Three findings, the error second.
private func data() -> ScreenData {
  var figures = LiveFigures(version: "0")
  figures.packets = 12_345
  figures.connections = 900
  figures.openConnections = ["established": 70, "half_closed": 2]
  figures.kernelDropped = 7
  figures.findings = [
    .init(rule: "syn-refused", severity: .note, atFault: .server): 1,
    .init(rule: "half-close-truncated", severity: .error, atFault: .client): 1,
    .init(rule: "reset-abort", severity: .warning, atFault: nil): 1,
  ]
  figures.bytesLost = ["half-close-truncated": 9144]
  figures.trackerBytes = 12 << 20
  var data = ScreenData(title: "live eth0", figures: figures)
  data.elapsed = 83
  data.packetRate = 1234.6
  data.byteRate = 2_000_000
  data.findings = [
    finding(1, .note, "syn-refused", "server"), finding(2, .error, "half-close-truncated", lost: 9144),
    finding(3, .warning, "reset-abort", "unknown"),
  ]
  return data
}

private func screen(_ columns: Int = 80, _ rows: Int = 12, _ given: ScreenData = data()) -> Screen {
  var screen = Screen(given, columns: columns, rows: rows, language)
  screen.take(given)
  return screen
}

private func text(_ screen: inout Screen, _ detail: [String] = []) -> [String] {
  let canvas = screen.picture(detail)
  return (0..<canvas.rows).map { canvas.text(row: $0) }
}

@Suite("The live screen")
struct ScreenTests {
  @Test("At 80 columns: what is captured, how fast, what was lost, and the worst finding on top")
  func narrow() {
    var screen = screen()
    #expect(
      text(&screen) == [
        "tcpaudit live eth0" + String(repeating: " ", count: 55) + "0:01:23",
        "1.2k packets/s  1.9 MiB/s  12.3k packets  7 dropped  memory 12.0 MiB",
        "72 open of 900 connections: 70 established, 2 half closed",
        "1 error  1 warning  1 note  at least 8.9 KiB lost",
        "── 3 findings, worst first " + String(repeating: "─", count: 53),
        "error    half-close-truncated  client   10.1.0.2:50122 → 10.2.0.2:2181  what ha…",
        "warning  reset-abort           unknown  10.1.0.2:50123 → 10.2.0.2:2181  what ha…",
        "note     syn-refused           server   10.1.0.2:50121 → 10.2.0.2:2181  what ha…",
        "", "", "", "↑↓ select  ⏎ open  / filter  s sort  p pause  ? help  q quit",
      ])
  }

  @Test("Where there is room, the sentence has a column of its own")
  func wide() {
    var screen = screen(120)
    #expect(
      text(&screen)[5] == "error    half-close-truncated  client   10.1.0.2:50122 → 10.2.0.2:2181  what happened to 2")
  }

  @Test("Every size can be drawn", arguments: [(1, 1), (3, 2), (20, 5), (79, 4), (80, 24), (200, 50), (500, 200)])
  func sizes(columns: Int, rows: Int) {
    for keys in ["", "?", "\r", "/x"] {
      var screen = screen(columns, rows)
      _ = screen.type(Array(keys.utf8))
      #expect(!screen.draw(detail: ["one", "two"]).isEmpty)
    }
  }

  @Test("In few rows nothing is written over", arguments: 2...7)
  func fewRows(rows: Int) {
    for keys in ["", "\r", "/x"] {
      var screen = screen(100, rows)
      _ = screen.type(Array(keys.utf8))
      let last = text(&screen, ["one", "two"]).last
      #expect(["↑↓ select", "↑↓ scroll", "filter: x_"].contains { last?.hasPrefix($0) == true }, "\(last ?? "")")
      #expect(last?.contains("packets") == false && last?.contains("─") == false)
    }
  }

  @Test("A note is shown beside a finding too; help goes back to where it was asked for")
  func besideAFinding() {
    var given = data()
    var screen = screen(120, 12, given)
    let lines = (1...20).map { "line \($0)" }
    _ = screen.type([0x0d])
    _ = text(&screen, lines)
    _ = screen.type(Array("jj".utf8))
    #expect(text(&screen, lines)[5] == "line 3")
    _ = screen.type(Array("?x".utf8))
    #expect(screen.opened == 2 && text(&screen, lines)[5] == "line 3")
    given.note = "eth0 went down"
    screen.take(given)
    #expect(text(&screen, lines).last == "eth0 went down")
    _ = screen.type(Array("q?x".utf8))
    #expect(screen.opened == nil)
  }

  @Test("Sorting goes around; what healed is last in every order")
  func order() {
    var given = data()
    given.findings.append(finding(4, .error, "peer-vanished", lost: 1 << 30, healed: true))
    var screen = screen(120, 12, given)
    let rules = { (screen: inout Screen) in
      text(&screen)[5...8].map { String($0.dropFirst(9).prefix { $0 != " " }) }
    }
    #expect(rules(&screen) == ["half-close-truncated", "reset-abort", "syn-refused", "peer-vanished"])
    _ = screen.type(Array("s".utf8))
    #expect(rules(&screen) == ["reset-abort", "half-close-truncated", "syn-refused", "peer-vanished"])
    _ = screen.type(Array("s".utf8))
    #expect(rules(&screen) == ["half-close-truncated", "reset-abort", "syn-refused", "peer-vanished"])
    #expect(text(&screen)[8].hasPrefix("healed"))
  }

  @Test("The filter is typed, kept by Enter, and given up by Escape")
  func filter() {
    var screen = screen(120)
    _ = screen.type(Array("/SERVER refused".utf8))
    #expect(text(&screen).last == "filter: SERVER refused_")
    #expect(text(&screen)[4].hasPrefix("── 1 finding, worst first, matching “SERVER refused” "))
    _ = screen.type(Array("\r".utf8))
    #expect(text(&screen)[5].contains("syn-refused"))
    _ = screen.type(Array("/zzz".utf8))
    #expect(text(&screen)[6] == "  No finding matches the filter (Esc shows all).")
    _ = screen.type([0x1b])
    _ = screen.type([])
    #expect(text(&screen)[4].contains("matching “SERVER refused”"))
    _ = screen.type([0x1b])
    _ = screen.type([])
    #expect(text(&screen)[4].hasPrefix("── 3 findings, worst first ─"))
  }

  @Test("A paused list stands still while the figures go on")
  func pause() {
    var screen = screen(120)
    _ = screen.type(Array("p".utf8))
    var newer = data()
    newer.findings.append(finding(9, .error, "fin-unacked", lost: 1 << 20))
    newer.figures.packets = 20_000
    screen.take(newer)
    let paused = text(&screen)
    #expect(paused[0].hasSuffix("PAUSED  0:01:23"))
    #expect(paused[1].contains("20.0k packets"))
    #expect(paused[4].hasPrefix("── 3 findings"))
    // What stands still can be looked through: those of then are sorted and filtered.
    _ = screen.type(Array("s/refused\r".utf8))
    #expect(text(&screen)[4].hasPrefix("── 1 finding, newest first, matching “refused” "))
    #expect(text(&screen)[5].contains("syn-refused"))
    _ = screen.type([0x1b])
    _ = screen.type([])
    #expect(text(&screen)[4].hasPrefix("── 3 findings, newest first ─"))
    #expect(text(&screen)[5].contains("reset-abort"))
    _ = screen.type(Array("p".utf8))
    #expect(text(&screen)[5].contains("fin-unacked"))
  }

  @Test("The selected finding stays selected while the list moves, and opens whole")
  func selection() {
    var screen = screen(120)
    _ = screen.type(Array("j".utf8))
    var newer = data()
    newer.findings.append(finding(9, .error, "fin-unacked", lost: 1 << 20))
    screen.take(newer)
    _ = screen.type([0x0d])
    #expect(screen.opened == 3)
    let lines = (1...20).map { "line \($0)" }
    #expect(text(&screen, lines)[4].hasPrefix("── lines 1 to 6 of 20 ─"))
    #expect(text(&screen, lines)[5] == "line 1")
    _ = screen.type(Array("\u{1b}[6~".utf8))
    #expect(text(&screen, lines)[5] == "line 7")
    _ = screen.type(Array("G".utf8))
    #expect(text(&screen, lines)[10] == "line 20")
    _ = screen.type(Array("n".utf8))
    #expect(screen.opened == 1)
    _ = screen.type([0x1b])
    _ = screen.type([])
    #expect(screen.opened == nil)
  }

  @Test("Ends by q and Ctrl-C, and stops by Ctrl-Z; the text of a filter ends nothing")
  func wishes() {
    var screen = screen()
    #expect(screen.type(Array("/q".utf8)) == .nothing)
    #expect(screen.type([0x1a]) == .suspend)
    #expect(screen.type([3]) == .quit)
    _ = screen.type([0x0d])
    #expect(screen.type(Array("q".utf8)) == .quit)
  }

  @Test("Findings that are alike are one line with their number, and each its own where asked")
  func folding() {
    var given = data()
    for id in UInt64(10)..<15 { given.findings.append(finding(id, .warning, "reset-abort", "unknown")) }
    var screen = screen(120, 14, given)
    #expect(text(&screen)[4].hasPrefix("── 8 findings of 3 kinds, worst first ─"))
    #expect(text(&screen)[6].hasPrefix("warning  reset-abort           unknown  6 × → 10.2.0.2:2181 "))
    // What is selected stays so when a newer one stands for its line.
    _ = screen.type(Array("j".utf8))
    given.findings.append(finding(20, .warning, "reset-abort", "unknown"))
    screen.take(given)
    _ = screen.type([0x0d])
    #expect(screen.opened == 20)
    _ = screen.type([0x1b])
    _ = screen.type([])
    _ = screen.type(Array("f".utf8))
    #expect(text(&screen)[4].hasPrefix("── 9 findings, worst first ─"))
    #expect(text(&screen)[5...13].count { $0.contains("reset-abort") } == 7)
  }

  @Test("Rates are over a few seconds, and change once a second")
  func rates() {
    var meter = RateMeter()
    #expect(meter.note(0, at: 10) == 0)
    #expect(meter.note(500, at: 10.5) == 0)
    #expect(meter.note(1000, at: 11) == 1000)
    #expect(meter.note(9000, at: 11.5) == 1000)
    #expect(meter.note(2000, at: 12) == 1000)
    for second in 13...20 { _ = meter.note(2000, at: Double(second)) }
    #expect(meter.note(2000, at: 21) == 0)
    // A counter that began anew is no negative rate.
    #expect(meter.note(5, at: 22) == 0)
  }

  @Test("A screen drawn twice sends nothing the second time, but all of it in another size")
  func quiet() {
    var screen = screen()
    #expect(!screen.draw().isEmpty)
    #expect(screen.draw().isEmpty)
    screen.resize(columns: 100, rows: 30)
    #expect(String(decoding: screen.draw(), as: UTF8.self).contains("\u{1b}[2J"))
    screen.forget()
    #expect(!screen.draw().isEmpty)
    _ = screen.type(Array("\r".utf8))
    #expect(!screen.draw(detail: ["one"]).isEmpty && screen.draw(detail: ["one"]).isEmpty)
    #expect(!screen.draw(detail: ["two"]).isEmpty)
  }

  @Test("A filter's words are found anywhere in a line, and nothing is found in too little")
  func words() {
    let one = finding(1, .error, "reset-abort")
    for text in ["", "error", "RESET-ABORT happened", "to 1", ":2181", "→"] {
      #expect(FindingFilter(text).matches(one), "\(text)")
    }
    for text in ["error zzz", "reset-abortion", String(repeating: "x", count: 5000)] {
      #expect(!FindingFilter(text).matches(one), "\(text)")
    }
  }
}

@Suite("Figures in few columns")
struct ScaleTests {
  @Test(
    arguments: [
      (0, "0"), (949.6, "950"), (999.96, "1.0k"), (1000, "1.0k"), (12_345, "12.3k"), (4.5e6, "4.5M"),
      (1e30, "1000000000000.0T"), (-1, "0"), (.nan, "0"),
    ] as [(Double, String)])
  func counts(value: Double, text: String) { #expect(Scale.count(value) == text) }

  @Test(
    arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_073_741_824, "1.0 GiB")]
      as [(Double, String)])
  func bytes(value: Double, text: String) { #expect(Scale.bytes(value) == text) }

  @Test(
    arguments: [(0, "0:00:00"), (83, "0:01:23"), (86_399, "23:59:59"), (90_061, "1d 1:01:01")] as [(Double, String)])
  func clock(value: Double, text: String) { #expect(Scale.clock(value) == text) }
}
