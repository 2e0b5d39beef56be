internal import ArgumentParser
internal import Audit
internal import Engine
internal import Glibc
internal import Report
internal import Sockets

struct SocketsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sockets",
    abstract: "List this host's suspicious TCP sockets, and the processes that run out of descriptors.",
    discussion: """
      Asks the kernel, and nobody else: nothing is sent and nothing is changed.

      EXAMPLES
        tcpaudit sockets                     what is suspicious, worst first
        tcpaudit sockets --all               every socket, with its process
        tcpaudit sockets --watch             again and again: who leaks, until when
        ssh db1 tcpaudit sockets --format json > db1.sockets
        tcpaudit sockets --peer db1.sockets  which sockets exist here and not on db1

      WHAT IS SUSPICIOUS
      \(SocketCatalogue.rules.map { "  \($0.id)\n      \($0.title)" }.joined(separator: "\n"))
        socket-leak
            a process opens ever more descriptors, and its sockets lie idle
        descriptors-low
            a process has used up 80 % of its descriptors

      \(Units.help)
      """)

  @Flag(help: "Every socket, not only the suspicious ones; nothing folded.")
  var all = false

  @Flag(help: "Every network namespace that may be entered, not only this one.")
  var allNamespaces = false

  @Option(
    help: ArgumentHelp(
      "Another host's list (tcpaudit sockets --format json there); - is standard input.", valueName: "file"),
    completion: .file())
  var peer: String?

  @Flag(help: "Look again and again, until interrupted.")
  var watch = false

  @Option(
    help: ArgumentHelp(
      "How long descriptors are watched for growth; 0 not at all (default: 1s; with --watch 10s).", valueName: "time"),
    transform: Span.parse)
  var interval: Span?

  @Option(
    help: ArgumentHelp("The shortest silence of a peer that is told (default: 60s).", valueName: "time"),
    transform: Span.parse)
  var idle = Span(seconds: 60)

  @Option(
    help: ArgumentHelp("How long a queue may lie unread (default: 5s).", valueName: "time"), transform: Span.parse)
  var stall = Span(seconds: 5)

  @Option(help: ArgumentHelp("text for people; json for programs.", valueName: "format"))
  var format: SocketsFormat = .text

  @Flag(help: "JSON: leave out sockets and processes without a finding.")
  var findingsOnly = false

  @Option(name: [.customShort("o"), .long], help: "Write the results into this file.", completion: .file())
  var output: String?

  @OptionGroup(title: "How it is shown") var look: StyleOptions

  @Option(help: ArgumentHelp("Exit with 1 where a finding of this severity or worse was made.", valueName: "severity"))
  var failOn: SeverityChoice?

  mutating func validate() throws {
    guard !findingsOnly || !all else { throw ValidationError("--all and --findings-only exclude each other") }
    if watch, let interval, interval.nanoseconds < 100_000_000 {
      throw ValidationError("--watch takes an --interval of 100ms or more")
    }
  }

  func run() throws {
    let list = try peer.map(readPeer)
    let target = try Target(output, captures: peer.map { [$0] } ?? [])
    var history = DescriptorHistory()
    var severest: Severity?
    var isFirst = true
    if watch { Interruption.watch() }
    var snapshot = try takeSnapshot()
    history.note(snapshot)
    repeat {
      try grow(&snapshot, &history)
      let comparison = list.map { PeerComparison(snapshot, with: $0, limits) }
      let audit = SocketAudit(snapshot, limits, comparison: comparison)
      report(audit, to: target.output, isFirst: isFirst)
      isFirst = false
      severest = [severest, audit.severest].compactMap { $0 }.max()
    } while watch && !Interruption.isRequested && !target.output.isClosed
    try target.finish()
    if let failOn, let severest, severest >= failOn.severity { throw ExitCode(Exit.found.rawValue) }
  }

  private var limits: SocketLimits {
    var limits = SocketLimits()
    limits.idle = idle.nanoseconds
    limits.stall = stall.nanoseconds
    return limits
  }

  private func readPeer(_ path: String) throws -> PeerList {
    do throws(PeerFileError) { return try PeerList.read(path) } catch {
      let name = path == "-" ? "standard input" : path
      throw Failure(.unreadable, "\(name): \(error.cause)" + (error.mend.isEmpty ? "" : "; \(error.mend)"))
    }
  }

  private func takeSnapshot() throws -> Snapshot {
    do throws(SocketTableError) {
      return try Snapshot.take(allNamespaces: allNamespaces, exceptProcess: getpid())
    } catch {
      throw Failure(.unreadable, error.mend.isEmpty ? error.cause : "\(error.cause); \(error.mend)")
    }
  }

  /// Counts the descriptors a few times over the interval: growth is believed where they never become fewer. At its end all is looked at
  /// anew, so that sockets and descriptors are of one moment.
  private func grow(_ snapshot: inout Snapshot, _ history: inout DescriptorHistory) throws {
    let looks: Int64 = 3
    let pause = (interval ?? Span(seconds: watch ? 10 : 1)).nanoseconds / looks
    guard pause > 0, !snapshot.processes.isEmpty || watch else { return }
    for turn in 1...looks where !Interruption.isRequested {
      SocketsCommand.wait(pause)
      if turn < looks { history.note(snapshot, later: snapshot.countDescriptors()) }
    }
    snapshot = try takeSnapshot()
    history.note(snapshot)
    history.tell(&snapshot)
  }

  /// An interruption ends it.
  private static func wait(_ nanoseconds: Int64) {
    _ = poll(nil, 0, Int32(clamping: max(1, nanoseconds / 1_000_000)))
  }

  private func report(_ audit: SocketAudit, to output: Output, isFirst: Bool) {
    switch format {
    case .json:
      var json = SocketsJSON(output, version: Tcpaudit.version, findingsOnly: findingsOnly)
      json.write(audit, inputs: peer.map { [$0] } ?? [])
    case .text:
      var text = SocketsText(
        output, all: all, style: look.style(toStandardOutput: self.output == nil),
        program: Directory.ownProgram)
      text.write(audit, isFirst: isFirst)
    }
  }
}

enum SocketsFormat: String, ExpressibleByArgument, CaseIterable { case text, json }
