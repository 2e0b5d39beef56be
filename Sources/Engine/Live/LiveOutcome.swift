public import Audit

/// How a live audit went, for exit codes and messages.
public struct LiveOutcome: Sendable {
  /// The severest finding that was reported, taken back or not.
  public var severest: Severity?
  /// The longest time that packets had to wait for the loop, ns.
  public var longestStep: Int64
  /// Files of packets that were written.
  public var recorded: UInt64
  /// A file could not be written.
  public var recordingFailed: Bool
}
