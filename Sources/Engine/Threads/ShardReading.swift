internal import Capture
internal import Flow
internal import Wire

/// What a thread that keeps a share of the connections hands over.
struct ShardReport: Sendable {
  var journal: JournalChunk
  /// What the capture had lost at each point of the journal.
  var losses: [CaptureLoss]
  /// As far as they are known.
  var encapsulations: [Encapsulation]
  var interfaces: [CaptureInterface]
  /// From all inputs so far.
  var bytesRead: UInt64
  /// Once the inputs are at their end.
  var reading: Reading?
  /// Connections given up so far.
  var evicted: UInt64
}

/// One thread's part of a run: it reads all of the inputs, keeps its share of the connections, and hands over what has ended.
struct ShardReading: ~Copyable {
  /// Endings and sights that go together: enough that handing them over costs nothing, few enough that they take no memory.
  private static var most: Int { 256 }
  /// Looks after which something is handed over, if only how far it has come.
  private static var mostLooks: UInt64 { 16 }

  private let index: Int
  private let stopLine: StopLine
  private let channel: Channel<ShardReport>
  private var timeline: Timeline
  private var stages: Stages
  private var losses: [CaptureLoss] = []
  private var reading: Reading?

  /// - Parameter options: with the share.
  init(
    _ inputs: [String], _ options: RunOptions, index: Int, _ stopLine: StopLine, _ channel: Channel<ShardReport>
  ) throws(FilterError) {
    self.index = index
    self.stopLine = stopLine
    self.channel = channel
    timeline = try Timeline(paths: inputs, filter: options.filter)
    stages = Stages(options)
  }

  /// To the end of the inputs, or to the line where all stop.
  consuming func run() {
    let wasInterrupted = readAll()
    stages.flush()
    stages.decoder.finish()
    mark(tells: true)
    reading = Reading(timeline, stages, wasInterrupted: wasInterrupted)
    handOver()
    var sights = 0
    while stages.tracker.writeSights(&sights, most: ShardReading.most) { handOver(marked: true) }
    handOver(marked: true)
    stages.tracker.finish(
      wasInterrupted ? .interrupted : .endOfInput, recordedUntil: timeline.recordingEnd, each: timeline.recordingEnds)
    while stages.tracker.writeEnds(most: ShardReading.most) { handOver(marked: true) }
    handOver(marked: true)
    channel.close()
  }

  private mutating func readAll() -> Bool {
    var looks: UInt64 = 0
    while true {
      switch stages.read(&timeline) {
      case .deliver:
        mark()
        if stages.tracker.journalLength >= ShardReading.most { handOver() }
      case .look:
        looks += 1
        if stages.tracker.hasNews { mark() }
        if looks % ShardReading.mostLooks == 0 || stages.tracker.journalLength >= ShardReading.most / 4 {
          mark()
          handOver()
        }
        guard stopLine.passes(looks, index) else { return stopLine.ends(at: looks) }
      case .end: return stopLine.ends(at: looks)
      }
    }
  }

  private mutating func mark(tells: Bool = false) {
    stages.tracker.mark(tells: tells)
    losses.append(timeline.loss)
  }

  /// - Parameter isMarked: the tracker has marked the point itself.
  private mutating func handOver(marked isMarked: Bool = false) {
    if isMarked { losses.append(timeline.loss) }
    channel.send(
      ShardReport(
        journal: stages.tracker.takeJournal(), losses: losses, encapsulations: stages.decoder.encapsulations,
        interfaces: timeline.interfaces, bytesRead: timeline.bytesRead, reading: reading,
        evicted: stages.tracker.evicted))
    losses.removeAll(keepingCapacity: true)
  }
}
