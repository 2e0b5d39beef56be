internal import Capture
internal import Flow

extension RunOptions {
  /// Inputs that are smaller together, bytes, are read before a second thread would have gained anything.
  private static var leastBytes: UInt64 { 32 << 20 }
  /// Limits below these mean that memory is what counts: then nothing is divided.
  private static var leastConnections: Int { 65_536 }
  private static var leastMemory: Int { 64 << 20 }

  /// On how many threads `inputs` are audited.
  func threads(for inputs: [String]) -> Int {
    guard threads != 1, tracker.maxConnections >= RunOptions.leastConnections,
      tracker.maxMemory >= RunOptions.leastMemory,
      let bytes = PlainFiles.bytes(inputs), threads != nil || bytes >= RunOptions.leastBytes,
      !PlainFiles.areCompressed(inputs)
    else { return 1 }
    return max(1, min(threads ?? Thread.processors, Share.most))
  }

  /// What a thread does of it: its share of the connections and of the memory.
  func part(_ index: Int, of count: Int) -> RunOptions {
    var part = self
    part.tracker.share = Share(index, of: count)
    // Shares are never quite even.
    part.tracker.maxConnections = tracker.maxConnections / count + tracker.maxConnections / 16
    part.tracker.maxMemory = tracker.maxMemory / count + tracker.maxMemory / 16
    return part
  }

  /// Connections of which there is nothing to say are kept in brief, and so is who was refused: what is to be said of that needs
  /// no rules.
  mutating func setBrief() {
    tracker.brief = !reportsAllConnections
    tracker.briefRefusals = true
  }
}
