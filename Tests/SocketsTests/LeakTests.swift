import Audit
import Flow
import Testing
import Wire

@testable import Sockets

/// A process and its sockets to one service, look by look: what a leak is, and what is none.
@Suite("Leaks, watched look by look")
struct LeakTests {
  private static let service = Endpoint(address: IPAddress(v4: 0x0a02_0002), port: 2181)

  /// One look. `silences`: of each socket, by its cookie, seconds without data.
  private func look(
    at second: Double, _ silences: [(cookie: UInt64, silence: Double)], state: TCPState = .established,
    limit: Int? = 64,
    others: Int = 5, listens: Bool = false
  ) -> Snapshot {
    var sockets: [Socket] = []
    var owners: [Owner?] = []
    for (cookie, silence) in silences {
      var socket = Socket()
      let near = Endpoint(address: IPAddress(v4: 0x0a01_0002), port: listens ? 2181 : UInt16(40_000 + cookie))
      let far = listens ? Endpoint(address: IPAddress(v4: 0x0a02_0002), port: UInt16(40_000 + cookie)) : Self.service
      (socket.local, socket.remote) = (near, far)
      socket.state = state
      socket.cookie = cookie
      socket.inode = UInt32(cookie)
      var info = SocketInfo()
      info.sinceDataSent = UInt32(silence * 1000)
      info.sinceDataReceived = UInt32(silence * 1000)
      socket.info = info
      sockets.append(socket)
      owners.append(Owner(process: 0, descriptor: Int32(cookie) + 2))
    }
    if listens {
      var listener = Socket()
      listener.local = Endpoint(address: IPAddress(v4: 0), port: 2181)
      listener.state = .listen
      sockets.append(listener)
      owners.append(nil)
    }
    return Snapshot(
      time: Timestamp(seconds: 1_700_000_000).advanced(by: Int64(second * 1e9)), uptime: Int64(second * 1e9),
      sockets: sockets, owners: owners,
      processes: [
        HostProcess(
          id: 4711, name: "pool", started: 1, descriptors: silences.count + others, sockets: silences.count,
          limit: limit)
      ])
  }

  /// A connection every `pause` seconds, used once and never again.
  private func leaking(at second: Double, pause: Double, from start: Double = 0) -> [(UInt64, Double)] {
    guard second >= start else { return [] }
    return (0...Int((second - start) / pause)).map { turn in
      (UInt64(turn + 1), second - start - Double(turn) * pause)
    }
  }

  private func fact(_ leak: Leak?, _ name: String) -> FactValue? {
    leak?.finding.facts.first { $0.name == name }?.value
  }

  @Test(arguments: [0.1, 0.4, 2.0]) func theForecastIsRight(_ pause: Double) throws {
    var watch = LeakWatch()
    let limit = 5 + max(Int(30 / pause), 30)
    let end = Double(limit - 5) * pause
    var told = 0
    for second in 0..<Int(end) {
      let leaks = watch.take(look(at: Double(second), leaking(at: Double(second), pause: pause), limit: limit))
      guard let leak = leaks.first else { continue }
      told += 1
      guard case .duration(let left)? = fact(leak, "exhausted_in") else {
        Issue.record("no forecast at \(second)")
        continue
      }
      let truth = end - Double(second)
      // Within 20 %, and where little is left within a socket and a look.
      #expect(abs(Double(left) / 1e9 - truth) <= max(0.2 * truth, pause + 1), "\(second): \(left), \(truth)")
      #expect(leak.finding.suspects == [.client, .path])
      #expect(fact(leak, "pid") == .integer(4711) && fact(leak, "peer") == .text("10.2.0.2:2181"))
      // The first was opened first.
      guard case .list(let oldest)? = fact(leak, "oldest_descriptors") else { continue }
      #expect(oldest.first == .integer(3))
    }
    #expect(told >= 5)
  }

  @Test func itIsTheSameLeakForAsLongAsItLasts() {
    var watch = LeakWatch()
    var keys: Set<UInt64> = []
    var versions: [UInt32] = []
    for second in 0..<60 {
      let leaks = watch.take(look(at: Double(second), leaking(at: Double(second), pause: 0.4), limit: 1000))
      keys.formUnion(leaks.map(\.key))
      versions += leaks.map(\.version)
    }
    #expect(keys.count == 1)
    #expect(versions == versions.sorted())
    // Possible, likely after half a minute; and now and then a better forecast, not each second another.
    #expect((2...6).contains(Set(versions).count), "\(Set(versions))")
  }

  @Test func aFullTableIsSaid() throws {
    var watch = LeakWatch()
    var last: Leak?
    for second in 0..<60 {
      let open = Array(leaking(at: Double(second), pause: 0.4).prefix(59))
      last = watch.take(look(at: Double(second), open)).first
    }
    #expect(try #require(last).finding.summary.hasSuffix("the next one fails with “Too many open files”"))
    #expect(fact(last, "exhausted_in") == .duration(0))
  }

  /// All of its connections are used again and again: more of them are no leak.
  @Test func aPoolThatGrowsUnderLoad() {
    var watch = LeakWatch()
    for second in 0..<60 {
      let open = (1...UInt64(second + 1)).map { ($0, 0.5) }
      #expect(watch.take(look(at: Double(second), open)).isEmpty)
    }
  }

  /// A burst opened them all while all were in use; then they lie there.
  @Test func aBurstThatIsOver() {
    var watch = LeakWatch()
    for second in 0..<120 {
      let count = UInt64(min(second + 1, 8) * 6)
      let open = (1...count).map { ($0, max(0, Double(second) - 8)) }
      #expect(watch.take(look(at: Double(second), open)).isEmpty, "\(second)")
    }
  }

  @Test func whatIsClosedAgainIsNoLeak() {
    var watch = LeakWatch()
    var wasTold = false
    for second in 0..<40 {
      var open = leaking(at: Double(second), pause: 0.4)
      if second >= 25 { open = Array(open.suffix(3)) }
      let leaks = watch.take(look(at: Double(second), open, limit: 1000))
      wasTold = wasTold || !leaks.isEmpty
      if second > 26 { #expect(leaks.isEmpty, "\(second)") }
    }
    #expect(wasTold)
  }

  /// It stood still for a minute and more: it has ended.
  @Test func growthThatEnds() {
    var watch = LeakWatch()
    var last: [Leak] = []
    for second in 0..<200 {
      let open = leaking(at: Double(second), pause: 0.4).prefix(50)
      last = watch.take(look(at: Double(second), Array(open), limit: 1000))
      if second == 30 { #expect(!last.isEmpty) }
    }
    #expect(last.isEmpty)
  }

  /// Of a service only what its clients have closed.
  @Test(arguments: [(TCPState.closeWait, true), (.established, false)])
  func aService(_ state: TCPState, _ found: Bool) {
    var watch = LeakWatch()
    var last: Leak?
    for second in 0..<20 {
      last =
        watch.take(
          look(at: Double(second), leaking(at: Double(second), pause: 0.4), state: state, listens: true)
        ).first
    }
    #expect((last != nil) == found)
    if found {
      #expect(last?.finding.suspects == [.server])
      #expect(last?.finding.summary.contains("does not close what the peer has closed") == true)
    }
  }

  @Test func aSlowLeakIsRemembered() {
    var watch = LeakWatch()
    var last: Leak?
    // One a minute, a look a second: three hours.
    for second in stride(from: 0, to: 10_800, by: 1) {
      last = watch.take(look(at: Double(second), leaking(at: Double(second), pause: 60), limit: 1000)).first
    }
    guard case .duration(let left)? = fact(last, "exhausted_in") else {
      Issue.record("no forecast")
      return
    }
    let truth = Double(1000 - 5 - 180) * 60
    #expect(abs(Double(left) / 1e9 - truth) < 0.2 * truth)
    #expect(last?.finding.severity == .warning && last?.finding.confidence == .likely)
  }

  @Test func aHistoryStaysSmall() {
    var history = LeakHistory()
    for second in 0..<100_000 { history.note(second / 100, at: Int64(second) * 1_000_000_000) }
    #expect(history.looks.count <= 64)
    // The latest looks are all there.
    #expect(history.looks.suffix(24).map(\.time) == (99_976..<100_000).map { $0 * 1_000_000_000 })
  }
}
