internal import ArgumentParser
internal import Audit
internal import Engine
internal import Glibc
internal import Metrics
internal import Report

/// Where a live audit meets people and programs while it runs: standard error, the screen, the metrics, the file that results go to.
struct LiveDesk: LiveListener {
  /// Metrics are handed over so often, in looks: once a second.
  private static var looksPerScrape: Int { 20 }

  let isQuiet: Bool
  let output: Output
  let reopening: Reopening?
  let server: MetricsServer?
  let board = LiveBoard()
  var display: LiveDisplay?
  /// Where this host's own sockets come from, if somebody asked for them.
  var tables: HostTables?
  /// What is recorded, if somebody asked for it.
  var recorder: FlightRecorder?
  private var looks = 0
  /// Records that a slow reader did not get, as far as it was said.
  private var leftOut: UInt64 = 0
  /// That is said so often, in looks: every ten seconds.
  private static var looksPerComplaint: Int { 200 }

  init(isQuiet: Bool, output: Output, reopening: Reopening?, server: MetricsServer?) {
    self.isQuiet = isQuiet
    self.output = output
    self.reopening = reopening
    self.server = server
  }

  mutating func note(_ words: String) {
    if let display, display.isShown { return display.note(words) }
    if !isQuiet { Diagnostics.offer("tcpaudit: \(Wording.visible(words))\n") }
  }

  mutating func summarise(_ summary: SummaryRecord) {
    // The screen shows them.
    if let display, display.isShown { return }
    Diagnostics.offer(LiveText.summary(summary))
  }

  mutating func reopen() -> Bool {
    guard let reopening else {
      note("SIGHUP opens the file of -o again, and there is none: nothing was done (SIGTERM ends the audit)")
      return false
    }
    do {
      if let before = output.redirect(to: try reopening.open()) { Glibc.close(before) }
      return true
    } catch {
      // Better into the old file than nowhere.
      note("\(reopening.path) can't be opened again, the old file is written on: \(error)\(reopening.mend)")
      return false
    }
  }

  mutating func look(at run: borrowing LiveRun) -> Bool {
    if let server, looks % LiveDesk.looksPerScrape == 0 { server.publish(figures(run)) }
    looks += 1
    output.send()
    if output.leftOut > leftOut, looks % LiveDesk.looksPerComplaint == 0 {
      leftOut = output.leftOut
      note("\(Numeral.count(leftOut, "record")) left out so far: nobody reads the results as fast as they come")
    }
    guard let display else { return true }
    return display.look(at: run, display.needsFigures ? figures(run) : nil)
  }

  var wanted: UInt64? { display?.wanted }

  /// A signal that comes now finds the terminal as it was.
  mutating func end() { display?.leave() }

  private func figures(_ run: borrowing LiveRun) -> LiveFigures {
    var figures = run.figures(version: Tcpaudit.version)
    figures.findings = board.findings
    figures.bytesLost = board.bytesLost
    return figures
  }
}

/// `--metrics ADDRESS`
struct MetricsAddress {
  let address: ListenAddress

  static func parse(_ text: String) throws -> MetricsAddress {
    guard let address = ListenAddress(text) else {
      throw ValidationError(
        "--metrics \(text): an address is PORT, HOST:PORT or [IPV6]:PORT, such as 9117 or 0.0.0.0:9117")
    }
    return MetricsAddress(address: address)
  }

  func serve() throws -> MetricsServer {
    do {
      return try MetricsServer(address, LiveFigures(version: Tcpaudit.version)) { try Privileges.keep(.nothing) }
    } catch let failure as Failure { throw failure } catch {
      throw Failure(.unreadable, "\(error)")
    }
  }
}
