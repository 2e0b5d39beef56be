internal import ArgumentParser
internal import Capture
internal import Engine
internal import Flow
internal import Glibc
internal import Report

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw one connection as a ladder, packet by packet, with its evidence.",
    discussion: """
      EXAMPLES
        tcpaudit show capture.pcapng --connection 7
        tcpaudit show capture.pcapng --connection 7 --all | less

      \(Units.help)
      """)

  @Argument(help: ArgumentHelp("Captures, as they were audited.", valueName: "capture"), completion: .file())
  var captures: [String]

  @Option(
    name: [.customShort("c"), .long],
    help: ArgumentHelp("The connection's id: the number of its first packet.", valueName: "id"))
  var connection: UInt64

  @Flag(help: "Every packet, however long a run of them is alike.")
  var all = false

  @OptionGroup(title: "What is audited") var audit: AuditOptions
  @OptionGroup(title: "How it is shown") var look: StyleOptions

  mutating func validate() throws {
    guard !captures.contains("-") else {
      throw ValidationError("show reads the capture twice, and standard input can be read only once: name a file")
    }
  }

  func run() throws {
    let target = try Target(nil)
    let run = RunRecord(version: Tcpaudit.version, inputs: captures, filter: audit.filter)
    let (record, isWhole) = try find(run)
    let packets: ConnectionPackets
    do throws(FilterError) {
      packets = try ConnectionPackets(of: record, in: captures, audit.runOptions)
    } catch {
      throw Failure(error)
    }
    var ladder = Ladder(
      record.facts, segments: packets.segments, errors: packets.errors, places: packets.places,
      findings: record.findings, run: run, style: look.style(), all: all, isNarrowed: !audit.narrowing.isEmpty)
    ladder.draw(to: target.output)
    if packets.isCut { Diagnostics.say("only the first \(ConnectionPackets.limit) packets are shown") }
    try target.finish()
    if !isWhole { throw ExitCode(Exit.unreadable.rawValue) }
  }

  /// The first reading: who it is, and what was found.
  private func find(_ run: RunRecord) throws -> (ConnectionRecord, isWhole: Bool) {
    var one = OneConnection(id: connection)
    let outcome: RunOutcome
    do throws(FilterError) {
      let pipeline = try Pipeline(captures, audit.runOptions)
      outcome = pipeline.run(&one, run)
    } catch {
      throw Failure(error)
    }
    for error in outcome.errors { Diagnostics.say(error) }
    if let record = one.record { return (record, outcome.errors.isEmpty) }
    guard let nearest = one.nearest else {
      guard outcome.errors.isEmpty else { throw ExitCode(Exit.unreadable.rawValue) }
      throw Failure(.usage, "there is no TCP connection in what was read")
    }
    throw Failure(
      .usage,
      "no connection begins with packet \(connection); the nearest begins with \(nearest) "
        + "(tcpaudit --connections lists them)")
  }
}
