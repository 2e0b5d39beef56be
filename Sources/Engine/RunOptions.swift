public import Audit
public import Flow

/// What a run over captures is asked for.
public struct RunOptions: Sendable {
  /// libpcap's syntax; nil is everything.
  public var filter: String?
  /// How connections are followed: memory, timeouts, what is kept for Zeek.
  public var tracker = TrackerOptions()
  /// What the rules take for long: `--linger`, `--stall`, `--idle`.
  public var thresholds = Thresholds()
  /// `--rule`, `--ignore`, `--min-severity`.
  public var selection = RuleSelection()
  /// VLAN ids, tunnels join the identity of a connection (interface.md, `--key-vlan`, `--key-tunnel`).
  public var keyVLAN = false
  /// Kinds and ids of the tunnels, without their ends: both directions are one network.
  public var keyTunnel = false
  /// The checksums of segments captured whole are verified; costs a look at every byte.
  public var verifiesChecksums = false
  /// Every connection is handed to the reporter; else only those with findings.
  public var reportsAllConnections = true

  /// Threads that share the work; nil: as many as there are processors, where the inputs are large. Results do not depend on it.
  public var threads: Int? = 1

  /// As without options: all rules, one thread, every connection reported.
  public init() {}
}

/// Which findings are wanted.
public struct RuleSelection: Sendable {
  /// Empty is all.
  public var only: Set<String> = []
  /// Ids of rules, stronger than `only`.
  public var ignored: Set<String> = []
  /// Milder ones are left out, and counted as such.
  public var minimum = Severity.note

  /// Everything is wanted.
  public init() {}

  /// By rule and severity alone: no confidence is too small.
  public func contains(_ finding: Finding) -> Bool {
    contains(finding.rule, finding.severity)
  }

  func contains(_ rule: String, _ severity: Severity) -> Bool {
    severity >= minimum && (only.isEmpty || only.contains(rule)) && !ignored.contains(rule)
  }
}
