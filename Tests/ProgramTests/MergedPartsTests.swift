import Capture
import Flow
import PacketScript
import Testing
import Wire

/// Rotated files, threads and machines rest on it: facts of an earlier part and of a later one are the facts of the whole. Here
/// over a generated capture with hundreds of connections; FlowTests has it packet by packet.
@Suite("Facts of the parts of a generated capture")
struct MergedPartsTests {
  /// Connections of the frames in a range, by their ends; those whose ports are used again are left out.
  private func facts(_ capture: String, _ frames: Range<UInt64>) throws -> [Set<Endpoint>: Facts] {
    var timeline = try Timeline(paths: [capture], filter: nil)
    var decoder = Decoder()
    var tracker = Tracker(TrackerOptions())
    var batch = SegmentBatch()
    var all: [Set<Endpoint>: [Facts]] = [:]
    func take(_ tracker: inout Tracker) {
      while let facts = tracker.nextFinished() {
        all[[facts.clientEndpoint, facts.serverEndpoint], default: []].append(facts)
      }
    }
    while let frame = timeline.next() {
      guard frames.contains(frame.ordinal) else { continue }
      guard case .segment = decoder.decode(frame, into: &batch.segments[batch.count]) else { continue }
      batch.count += 1
      guard batch.isFull else { continue }
      tracker.track(&batch)
      take(&tracker)
    }
    tracker.track(&batch)
    tracker.finish()
    take(&tracker)
    return all.compactMapValues { $0.count == 1 ? $0[0] : nil }
  }

  private func words(_ facts: Facts) -> [String] {
    var words = ["\(facts.id) \(facts.clientEndpoint) \(facts.start) \(facts.end) \(facts.state) \(facts.handshake)"]
    for side in Side.allCases {
      let one = facts[side]
      words.append("\(side) \(one.packets) \(one.wireBytes) \(one.sentBytes) \(one.payloadBytes) \(one.missingBytes)")
      words.append(
        "\(side) \(one.ackedBytes) \(one.unackedBytes) \(one.synPackets) \(one.finPackets) \(one.rstPackets)")
    }
    return words
  }

  @Test(arguments: [["--shape", "small", "--scale", "0.05"], ["--connections", "150", "--snaplen", "96"]])
  func areTheFactsOfTheWhole(_ arguments: [String]) throws {
    let folder = Folder()
    let capture = folder.path + "/generated.pcap"
    try #require(try Program.run(arguments + [capture], of: Program.folder + "generate").code == 0)
    let whole = try facts(capture, 0..<UInt64.max)
    let last = try #require(whole.values.map(\.end.packet.number).max())
    var crossed = 0
    for eighth in 1...7 as ClosedRange<UInt64> {
      let cut = last * eighth / 8
      let (one, other) = (try facts(capture, 0..<cut), try facts(capture, cut..<UInt64.max))
      for (ends, facts) in whole {
        guard let earlier = one[ends] else { continue }
        let merged = other[ends].map { earlier.merged(with: $0) } ?? earlier
        if other[ends] != nil { crossed += 1 }
        let (ours, truth) = (words(merged), words(facts))
        #expect(ours == truth, "cut before frame \(cut)")
      }
    }
    #expect(crossed > 60)
  }
}
