import Flow
import PacketScript
import Testing
import Wire

@Suite("Connections in brief are the same connections")
struct BriefTests {
  /// Everything in order of its end, some of it in brief; and how much of it.
  private func inBrief(_ script: PacketScript) -> (all: [Brief], brief: Int) {
    var options = TrackerOptions()
    options.brief = true
    var tracker = Tracker(options)
    var all: [Brief] = []
    var count = 0
    func take(_ tracker: inout Tracker) {
      while true {
        while let brief = tracker.nextBrief() {
          all.append(brief)
          count += 1
        }
        guard let facts = tracker.nextFinished() else { return }
        all.append(facts.brief)
      }
    }
    var batch = SegmentBatch()
    for observation in script.observations {
      switch observation {
      case .segment(let segment):
        batch.segments[0] = segment
        batch.count = 1
        tracker.track(&batch)
      case .error(let error): tracker.track(error)
      }
      take(&tracker)
    }
    tracker.finish()
    take(&tracker)
    return (all, count)
  }

  @Test(arguments: Scripts.all.map(\.name)) func asTheFactsSay(_ name: String) throws {
    let text = try #require(Scripts.all.first { $0.name == name }?.text)
    let script = try PacketScript.parse(text)
    #expect(inBrief(script).all == track(script).map(\.brief))
  }

  @Test(arguments: [
    ("closed in order", handshake + Scripts.exchange + Scripts.orderlyClose),
    ("open and idle", handshake + Scripts.exchange),
    ("data outstanding", handshake + Scripts.exchange + "9 C > S P. 301:400 ack 2501"),
    ("a lone SYN", "0 C > S S"),
  ]) func mostAreInBrief(_ name: String, _ text: String) throws {
    let script = try PacketScript.parse(text)
    let given = inBrief(script)
    #expect(given.brief == 1 && given.all == track(script).map(\.brief), "\(name)")
  }

  @Test(arguments: [
    ("refused", "0 C > S S\n0.1 S > C R. =0 ack 1"),
    ("one FIN", handshake + "1 C > S F. 1 ack 1\n1.1 S > C . ack 2"),
    ("data repeated", handshake + "1,1.3 C > S P. 1:100 ack 1"),
    ("a repeated SYN", "0,1 C > S S"),
    ("midstream", "0 C > S P. 1:10 ack 1\n0.1 S > C . 1 ack 10"),
  ]) func whatMayBeAFindingIsInFull(_ name: String, _ text: String) throws {
    let script = try PacketScript.parse(text)
    let given = inBrief(script)
    #expect(given.brief == 0 && given.all == track(script).map(\.brief), "\(name)")
  }
}
