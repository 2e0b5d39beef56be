internal import Capture
internal import Flow
internal import Wire

/// The part of a packet's way that the capture lends its frames to: decoder, batch, tracker, and the counts.
struct Stages: ~Copyable {
  /// Why reading paused: connections have ended, it is time to look around, or the inputs are at their end.
  enum Pause { case deliver, look, end }

  var decoder: Decoder
  var tracker: Tracker
  var tally = Tally()
  private var nextLook = Stages.framesPerLook
  private var batch = SegmentBatch()
  private var scopes: KeyScopes

  init(_ options: RunOptions) {
    // Checksums are not verified, as by `zeek -C`: with offload those of whole connections are wrong in the capture and right
    // on the wire.
    decoder = Decoder()
    var trackerOptions = options.tracker
    trackerOptions.brief = !options.reportsAllConnections
    trackerOptions.briefRefusals = trackerOptions.brief
    tracker = Tracker(trackerOptions)
    scopes = KeyScopes(options)
  }

  /// Frames between two looks at the clock and at signals: 8,192 take about a millisecond.
  private static var framesPerLook: UInt64 { 8192 }

  mutating func read(_ timeline: inout Timeline) -> Pause {
    while let frame = timeline.next() {
      if let pause = take(frame) { return pause }
    }
    return .end
  }

  @inline(__always) private mutating func take(_ frame: borrowing Frame) -> Pause? {
    tally.packets += 1
    tally.bytes &+= UInt64(truncatingIfNeeded: frame.originalLength)
    if tally.packets == 1 { tally.start = frame.time }
    switch decoder.decode(frame, into: &batch.segments[batch.count]) {
    case .segment:
      tally.segments += 1
      batch.count += 1
      if batch.isFull {
        flush()
        if tracker.hasFinished { return .deliver }
      }
    case .cutSegment(let failure):
      // It counts for its connection, and was not understood.
      tally.skip(failure)
      batch.count += 1
      if batch.isFull {
        flush()
        if tracker.hasFinished { return .deliver }
      }
    case .quotedError:
      // Order is kept: what came before it is tracked before it.
      tally.icmpErrors += 1
      flush()
      tracker.track(decoder.quotedError)
    case .fragment: tally.fragments += 1
    case .notTCP: tally.notTCP += 1
    case .skipped(let failure): tally.skip(failure)
    }
    guard tally.packets >= nextLook else { return nil }
    nextLook += Stages.framesPerLook
    return .look
  }

  mutating func flush() {
    if scopes.isOn { learnScopes() }
    tracker.track(&batch)
  }

  @inline(never) private mutating func learnScopes() {
    if scopes.learn(decoder.encapsulations) { tracker.scopes = scopes.scopes }
  }

  func encapsulation(_ index: UInt16) -> Encapsulation {
    Int(index) < decoder.encapsulations.count ? decoder.encapsulations[Int(index)] : Encapsulation()
  }
}
