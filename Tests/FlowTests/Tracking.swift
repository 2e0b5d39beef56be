import Flow
import PacketScript
import Testing
import Wire

/// The facts of every connection of a script, in order of their ends; the tracker sees batches of `batchSize`.
func track(_ text: String, batchSize: Int = 32, options: TrackerOptions = TrackerOptions()) throws -> [Facts] {
  track(try PacketScript.parse(text), batchSize: batchSize, options: options)
}

func track(_ script: PacketScript, batchSize: Int = 32, options: TrackerOptions = TrackerOptions()) -> [Facts] {
  var tracker = Tracker(options)
  return track(script.observations, &tracker, batchSize: batchSize, recordedUntil: script.captureEnd)
}

func track(_ segments: [Segment], batchSize: Int = 32, options: TrackerOptions = TrackerOptions()) -> [Facts] {
  var tracker = Tracker(options)
  return track(segments.map { .segment($0) }, &tracker, batchSize: batchSize)
}

/// What a decoder hands to a tracker.
enum Observation {
  case segment(Segment)
  case error(QuotedError)
}

/// Feeds a tracker to the end of the input.
func track(
  _ observations: [Observation], _ tracker: inout Tracker, batchSize: Int = 32, recordedUntil: Timestamp? = nil
) -> [Facts] {
  var all = feed(observations, &tracker, batchSize: batchSize)
  tracker.finish(recordedUntil: recordedUntil)
  while let facts = tracker.nextFinished() { all.append(facts) }
  return all
}

/// Feeds a tracker that goes on afterwards; gives the connections that ended meanwhile.
func feed(_ observations: [Observation], _ tracker: inout Tracker, batchSize: Int = 32) -> [Facts] {
  var batch = SegmentBatch()
  var all: [Facts] = []
  func flush(_ tracker: inout Tracker) {
    tracker.track(&batch)
    while let facts = tracker.nextFinished() { all.append(facts) }
  }
  for observation in observations {
    switch observation {
    case .segment(let segment):
      batch.segments[batch.count] = segment
      batch.count += 1
      if batch.count == batchSize { flush(&tracker) }
    case .error(let error):
      flush(&tracker)
      tracker.track(error)
    }
  }
  flush(&tracker)
  return all
}

extension PacketScript {
  /// Segments and ICMP errors in the order of the capture.
  var observations: [Observation] {
    let segments = segments.map { (ordinal: $0.ordinal, observation: Observation.segment($0)) }
    let errors = icmpErrors.map { (ordinal: $0.ordinal, observation: Observation.error(QuotedError($0))) }
    return (segments + errors).sorted { $0.ordinal < $1.ordinal }.map(\.observation)
  }
}

extension QuotedError {
  init(_ captured: CapturedICMPError) {
    self.init()
    quoted = captured.quoted
    quoted.time = captured.time
    quoted.packet = captured.packet
    quoted.ordinal = captured.ordinal
    type = captured.error.type
    code = captured.error.code
    mtu = captured.error.mtu
    reporter = captured.error.source.address
    ipVersion = captured.error.destination.ipVersion
  }
}

/// The facts of a script with one connection.
func trackOne(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Facts {
  let all = try track(text)
  #expect(all.count == 1, sourceLocation: sourceLocation)
  return try #require(all.first, sourceLocation: sourceLocation)
}
