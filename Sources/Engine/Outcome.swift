public import Audit
public import Capture
internal import Flow
internal import Report
internal import Wire

/// How a run went, for exit codes and messages.
public struct RunOutcome: Sendable {
  /// Inputs that were not read, or not to their ends; an interruption is none.
  public var errors: [CaptureError] = []
  /// The severest finding that was reported.
  public var severest: Severity?
  /// By SIGINT or SIGTERM: exit code 130.
  public var wasInterrupted = false
  /// Packets that were read, those that the filter refused included.
  public var frames: UInt64 = 0
  /// Those that ended, reported or not; at the end of the inputs all have.
  public var connections: UInt64 = 0
}

/// What the reading of the inputs has come to, for the summary and the outcome.
struct Reading: Sendable {
  /// Of packets.
  var tally: Tally
  var errors: [CaptureError]
  var loss: CaptureLoss
  var frames: UInt64
  var recordingEnd: Timestamp?
  /// As `Tracker.reached`.
  var reached: Timestamp
  var fragmentsIncomplete: UInt64
  var checksums: ChecksumCounts?
  var wasInterrupted: Bool
  /// Of the inputs' bytes; nil where their number is not known.
  var percentRead: UInt64?

  init(_ timeline: borrowing Timeline, _ stages: borrowing Stages, wasInterrupted: Bool) {
    tally = stages.tally
    // That somebody wanted the end is nothing wrong with the inputs.
    errors = timeline.errors.filter { !$0.isInterruption }
    loss = timeline.loss
    frames = timeline.frames
    recordingEnd = timeline.recordingEnd
    reached = stages.tracker.reached
    fragmentsIncomplete = stages.decoder.incompleteFragments
    checksums = stages.decoder.checksums
    self.wasInterrupted = wasInterrupted
    if let total = timeline.bytesTotal, total > 0 {
      percentRead = UInt64(min(1, Double(timeline.bytesRead) / Double(total)) * 100)
    }
  }
}

extension SummaryRecord {
  /// - Parameter desk: its tally has the packets too.
  init(_ reading: Reading, _ desk: borrowing Desk, evicted: UInt64, peakConnections: Int) {
    self = desk.tally.summary()
    kernelDropped = reading.loss.kernelDropped
    interfaceDropped = reading.loss.interfaceDropped
    truncatedInput = reading.errors.contains { $0.isTruncation }
    unreadInputs = reading.errors.filter(\.isUnread).map(\.path)
    damagedInputs = UInt64(reading.errors.count - unreadInputs.count)
    wasInterrupted = reading.wasInterrupted
    percentRead = reading.percentRead
    frames = reading.frames
    leftOutFindings = desk.judging.leftOut
    fragmentsIncomplete = reading.fragmentsIncomplete
    checksums = reading.checksums
    self.evicted = evicted
    healthChecks = desk.judging.healthChecks.count
    seenAgain = desk.judging.twins.seenAgain
    seenTwice = desk.judging.twins.connections
    self.peakConnections = peakConnections
    end = reading.recordingEnd
    // Packets without times (pcapng's simple packet blocks) were recorded nobody knows when.
    if start?.nanoseconds == 0, end?.nanoseconds ?? 0 == 0 { (start, end) = (nil, nil) }
    backwardSteps = reading.loss.backwardSteps
  }
}

extension RunOutcome {
  init(_ reading: Reading, _ desk: borrowing Desk) {
    self.init(
      errors: reading.errors, severest: desk.judging.severest, wasInterrupted: reading.wasInterrupted,
      frames: reading.frames, connections: desk.tally.connections)
  }
}
