import Flow
import PacketScript
import Testing
import Wire

@Suite("A tracker's state, taken out and continued")
struct ResumeTests {
  /// Several connections, some over, some waiting: whatever a state can hold.
  private static let many = """
    0.0 C > S S
    0.1 S > C S.
    0.1 C > S .
    host D = 10.0.0.3:40001
    0.2 D > S S
    0.3 C > S P. 1:101
    0.4 C > S F. 101
    0.5 S > C F. 1 ack 102
    0.6 C > S . ack 2
    0.7 R > D icmp unreachable host for D > S
    0.8 S > D S.
    0.9 D > S .
    isn D 900000
    300 D > S S 0
    300.5 D > S S 0
    isn C 800000
    301 C > S S 0
    301.1 S > C R. =0 ack 1
    """

  private static let scripts = Scripts.all + Scripts.refusals + [("several connections", many)]

  @Test(arguments: scripts.indices, [false, true]) func atEveryPacket(_ index: Int, zeek: Bool) throws {
    let script = Self.scripts[index]
    let observations = try PacketScript.parse(script.text).observations
    var options = TrackerOptions()
    options.zeek = zeek
    var tracker = Tracker(options)
    let whole = track(observations, &tracker)
    for cut in 0...observations.count {
      var earlier = Tracker(options)
      let before = feed(Array(observations[..<cut]), &earlier)
      let state = earlier.state
      var later = Tracker(resuming: state)
      let resumed = before + track(Array(observations[cut...]), &later)
      #expect(resumed == whole, "\(script.name), after packet \(cut)")
      // The first one may go on as well.
      let unbroken = before + track(Array(observations[cut...]), &earlier)
      #expect(unbroken == whole, "\(script.name), after packet \(cut)")
    }
  }

  @Test func inEveryPiece() throws {
    for script in Self.scripts {
      let observations = try PacketScript.parse(script.text).observations
      var tracker = Tracker(TrackerOptions())
      let whole = track(observations, &tracker)
      var state = Tracker(TrackerOptions()).state
      var all: [Facts] = []
      for observation in observations {
        var next = Tracker(resuming: state)
        all += feed([observation], &next)
        state = next.state
      }
      var last = Tracker(resuming: state)
      all += track([], &last)
      #expect(all == whole, "\(script.name)")
    }
  }
}
