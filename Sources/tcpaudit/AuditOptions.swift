internal import ArgumentParser
internal import Audit
internal import Engine
internal import Flow

/// What every command takes that audits.
struct AuditOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .long],
    help: "Only packets that match (libpcap syntax); of what is in a tunnel the outer packet is asked.")
  var filter: String?

  @Option(help: "Only this rule's findings; may be repeated.", completion: .list(Catalogue.rules.map(\.id)))
  var rule: [String] = []

  @Option(help: "Not this rule's findings; may be repeated.", completion: .list(Catalogue.rules.map(\.id)))
  var ignore: [String] = []

  @Option(help: "Only findings of this severity or worse: note, warning, error.")
  var minSeverity: SeverityChoice = .note

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long a half-closed connection may wait (default: 5s; live: 60s).", valueName: "time"),
    transform: Span.parse)
  var linger: Span?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long a zero window may last (default: 5s).", valueName: "time"), transform: Span.parse)
  var stall = Span(seconds: 5)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The shortest idle time after which a middlebox may forget (default: 60s).", valueName: "time"),
    transform: Span.parse)
  var idle = Span(seconds: 60)

  @Flag(help: "VLANs are part of a connection's identity.")
  var keyVlan = false

  @Flag(
    help: """
      Tunnels are part of a connection's identity, with the VNI, VSID, GRE key or session that both directions share \
      (MPLS labels, GTP-U, L2TP and PPTP numbers differ by direction).
      """)
  var keyTunnel = false

  @Flag(help: "Verify TCP checksums (slower): counts wrong ones, and takes no RST for real whose own is.")
  var checksums = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Most connections held at a time (default: 2000000).", valueName: "number"),
    transform: WholeNumber.parse)
  var maxConnections: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Most memory for connections (default: 1G).", valueName: "size"), transform: ByteSize.parse)
  var maxMemory: ByteSize?

  /// Of the table's hash; random where it is not given. No result depends on it: for those who count instructions.
  @Option(help: .hidden) var seed: UInt64?

  mutating func validate() throws {
    for id in rule + ignore where Catalogue.rule(id) == nil {
      throw ValidationError("no rule is called “\(id)”; tcpaudit rules lists them")
    }
    if let maxMemory, maxMemory.bytes < 1 << 20 { throw ValidationError("--max-memory is at least 1M") }
    if let maxConnections, !(16...1 << 30).contains(maxConnections) {
      throw ValidationError("--max-connections is from 16 to 1073741824")
    }
  }

  /// The options by which findings are left out.
  var narrowing: [String] {
    [(!rule.isEmpty, "--rule"), (!ignore.isEmpty, "--ignore"), (minSeverity != .note, "--min-severity")]
      .filter(\.0).map(\.1)
  }

  var runOptions: RunOptions {
    var options = RunOptions()
    options.filter = filter
    options.selection.only = Set(rule)
    options.selection.ignored = Set(ignore)
    options.selection.minimum = minSeverity.severity
    if let linger { options.thresholds.linger = linger.nanoseconds }
    options.thresholds.stall = stall.nanoseconds
    options.thresholds.idle = idle.nanoseconds
    options.keyVLAN = keyVlan
    options.keyTunnel = keyTunnel
    options.verifiesChecksums = checksums
    options.tracker.seed = seed ?? .random(in: .min ... .max)
    if let maxConnections { options.tracker.maxConnections = maxConnections }
    if let maxMemory { options.tracker.maxMemory = maxMemory.bytes }
    return options
  }
}
