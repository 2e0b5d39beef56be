import Flow
import PacketScript
import Testing
import Wire

/// The facts of every connection of a script, in order of their ends; the tracker sees batches of `batchSize`.
func track(_ text: String, batchSize: Int = 32, options: TrackerOptions = TrackerOptions()) throws -> [Facts] {
  try track(PacketScript.parse(text).segments, batchSize: batchSize, options: options)
}

func track(_ segments: [Segment], batchSize: Int = 32, options: TrackerOptions = TrackerOptions()) -> [Facts] {
  var tracker = Tracker(options)
  var batch = SegmentBatch()
  var all: [Facts] = []
  for segment in segments {
    batch.segments[batch.count] = segment
    batch.count += 1
    if batch.count == batchSize {
      tracker.track(&batch)
      while let facts = tracker.nextFinished() { all.append(facts) }
    }
  }
  tracker.track(&batch)
  tracker.finish()
  while let facts = tracker.nextFinished() { all.append(facts) }
  return all
}

/// The facts of a script with one connection.
func trackOne(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Facts {
  let all = try track(text)
  #expect(all.count == 1, sourceLocation: sourceLocation)
  return try #require(all.first, sourceLocation: sourceLocation)
}

let handshake = """
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.081 C > S .

  """
