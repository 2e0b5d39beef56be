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
  /// The first frame is looked at: it dates the beginning.
  private var nextLook: UInt64 = 1
  private(set) var batch = SegmentBatch()
  private var scopes: KeyScopes
  /// An ICMP error waits until what came before it is tracked.
  private var hasQuote = false
  /// Inputs that go on with another, as far as the tracker knows of them.
  private var continued = 0
  /// Others keep connections of the same capture.
  private let isShared: Bool

  init(_ options: RunOptions) {
    decoder = Decoder(verifyChecksums: options.verifiesChecksums)
    var options = options
    options.setBrief()
    isShared = options.tracker.share != nil
    tracker = Tracker(options.tracker)
    scopes = KeyScopes(options)
  }

  /// Frames between two looks at the clock and at signals: 8,192 take about a millisecond.
  private static var framesPerLook: UInt64 { 8192 }

  /// Not inlined: `tools/gates/hotpath` begins here.
  @inline(never) mutating func read(_ timeline: inout Timeline) -> Pause {
    let isOne = timeline.paths.count == 1
    while true {
      var due = enterUsual(&timeline)
      if due.isEmpty { due = enterNext(&timeline) }
      if due.isEmpty { continue }
      let isFull = batch.isFull
      if !isOne { learnPlaces(timeline) }
      if due.contains(.end) { return .end }
      if due.contains(.tracking) { flush() }
      if due.contains(.look) { return .look }
      if isFull, tracker.hasFinished { return .deliver }
    }
  }

  /// What is to be done after a frame: nearly always nothing.
  struct Due: OptionSet {
    var rawValue: UInt8

    static var tracking: Self { .init(rawValue: 1) }
    static var look: Self { .init(rawValue: 2) }
    static var end: Self { .init(rawValue: 4) }
  }

  /// As many as the batch has room for, as long as they are usual records of a file; perhaps none.
  @inline(__always) private mutating func enterUsual(_ timeline: inout Timeline) -> Due {
    var records = timeline.usualRecords(
      min(UInt64(SegmentBatch.capacity &- batch.count), nextLook &- tally.packets))
    enter(&records)
    let passed = records.passed
    timeline.pass(passed)
    count(passed)
    var due: Due = hasQuote || batch.isFull ? .tracking : []
    if tally.packets >= nextLook, look(Timestamp(nanoseconds: passed.time)) { due.insert(.look) }
    return due
  }

  @inline(__always) private mutating func enter(_ records: inout UsualRecords) {
    while let bytes = records.next() {
      let place = batch.count
      if decoder.decodeUsual(bytes, records.linkType, into: &batch.segments[place]) {
        batch.segments[place].date(
          records.time, records.packet, ordinal: records.ordinal, interface: records.interface)
        countSegment()
      } else {
        decode(records.frame(bytes))
        if hasQuote { break }
      }
    }
  }

  @inline(__always) private mutating func count(_ passed: UsualRecords.Passed) {
    tally.packets &+= passed.packets
    tally.bytes &+= passed.originalBytes
  }

  /// The frame is lent no longer than that.
  @inline(__always) private mutating func enterNext(_ timeline: inout Timeline) -> Due {
    guard let frame = timeline.next() else { return .end }
    var due: Due = enter(frame) ? .tracking : []
    // First: what is looked for must not depend on what has ended.
    if tally.packets >= nextLook, look(frame.time) { due.insert(.look) }
    return due
  }

  /// Whether it is time to look around. At the first frame it is not: that one only dates the beginning.
  @inline(never) private mutating func look(_ time: Timestamp) -> Bool {
    let isFirst = tally.start == nil
    if isFirst { tally.start = time }
    nextLook += Stages.framesPerLook
    return !isFirst
  }

  /// A frame that comes when it comes: a live audit looks around by the clock.
  mutating func take(_ frame: borrowing Frame) {
    if tally.start == nil { tally.start = frame.time }
    if enter(frame) { flush() }
  }

  /// Takes the usual packets of a capture on one interface, as many as the batch has room for.
  /// - Parameters:
  ///   - most: packets.
  ///   - times: none may be earlier or later, ns since 1970.
  /// - Returns: how many, and when the last of them came.
  @inline(never) mutating func take(_ capture: inout LiveCapture, _ most: UInt64, within times: ClosedRange<Int64>)
    -> LivePassed
  {
    let passed = capture.decode(
      into: &batch.segments, from: batch.count, most: Int(clamping: most), within: times)
    batch.count &+= Int(truncatingIfNeeded: passed.packets)
    tally.segments &+= passed.packets
    tally.packets &+= passed.packets
    tally.bytes &+= passed.originalBytes
    if batch.isFull { flush() }
    return passed
  }

  /// Says whether what is gathered is to be tracked: the batch is full, or somebody waits for it.
  @inline(__always) private mutating func enter(_ frame: borrowing Frame) -> Bool {
    tally.packets &+= 1
    tally.bytes &+= UInt64(truncatingIfNeeded: frame.originalLength)
    return !enterSegment(frame) && hasQuote || batch.isFull
  }

  /// Says whether the frame is what nearly all are.
  @inline(__always) private mutating func enterSegment(_ frame: borrowing Frame) -> Bool {
    guard decoder.decodeUsual(frame, into: &batch.segments[batch.count]) else {
      decode(frame)
      return false
    }
    countSegment()
    return true
  }

  @inline(__always) private mutating func countSegment() {
    tally.segments &+= 1
    batch.count &+= 1
  }

  /// What is not usual.
  @inline(never) private mutating func decode(_ frame: borrowing Frame) {
    switch decoder.decode(frame, into: &batch.segments[batch.count]) {
    case .segment:
      tally.segments += 1
      batch.count += 1
    case .cutSegment(let failure):
      // It counts for its connection, and was not understood.
      tally.skip(failure)
      batch.count += 1
    case .quotedError:
      // Order is kept: what came before it is tracked before it.
      tally.icmpErrors += 1
      hasQuote = true
    case .fragment: tally.fragments += 1
    case .notTCP: tally.notTCP += 1
    case .skipped(let failure): tally.skip(failure)
    }
  }

  mutating func flush() {
    if scopes.isOn { learnScopes() }
    if isShared { tracker.trackShare(&batch) } else { tracker.track(&batch) }
    if hasQuote {
      tracker.track(decoder.quotedError)
      hasQuote = false
    }
  }

  /// Before the first packet of an input is tracked it is known whose recording it goes on with.
  @inline(never) private mutating func learnPlaces(_ timeline: borrowing Timeline) {
    guard timeline.continued.count > continued else { return }
    continued = timeline.continued.count
    tracker.places = InputPlaces(timeline.continued)
    tracker.seams = timeline.seams
  }

  @inline(never) private mutating func learnScopes() {
    if scopes.learn(decoder.encapsulations) { tracker.scopes = scopes.scopes }
  }

  func encapsulation(_ index: UInt16) -> Encapsulation {
    Int(index) < decoder.encapsulations.count ? decoder.encapsulations[Int(index)] : Encapsulation()
  }
}
