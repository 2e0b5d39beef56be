import Flow
import PacketScript
import Testing
import Wire

@Suite("What other connections tell of a host")
struct HostsTests {
  /// Three connections of one client with two servers; only the first server's side differs in TTL.
  private static let threeConnections = """
    host C = 10.0.0.1:40000 ttl 64
    host D = 10.0.0.1:40001 ttl 63
    host E = 10.0.0.1:40002 ttl 61
    host S = 10.0.0.2:80 ttl 50
    host T = 10.0.0.3:80 ttl 40
    0.0 C > S S
    0.1 S > C S.
    0.2 C > S .
    1.0 D > S S
    1.1 S > D S.
    1.2 D > S .
    2.0 E > T S
    2.1 T > E S.
    2.2 E > T .
    """

  @Test func aHostIsNotItsOwnWitness() throws {
    let all = try track(Self.threeConnections)
    var hosts = Hosts()
    for facts in all { hosts.learn(facts.brief) }
    // Learnt twice, counted once.
    for facts in all { hosts.learn(facts.brief) }
    let (first, second, third) = (all[0], all[1], all[2])
    #expect(hosts.timeToLive(.client, of: first) == 61...63)
    #expect(hosts.timeToLive(.client, of: second) == 61...64)
    #expect(hosts.timeToLive(.client, of: third) == 63...64)
    #expect(hosts.timeToLive(.server, of: first) == 50...50)
    #expect(hosts.timeToLive(.server, of: third) == nil)
  }

  @Test func theOpenOnesTeachToo() throws {
    var tracker = Tracker(TrackerOptions())
    _ = feed(try PacketScript.parse(Self.threeConnections).observations, &tracker)
    var hosts = Hosts()
    var checks = HealthChecks()
    tracker.teach(&hosts, &checks)
    tracker.finish()
    let next = tracker.nextFinished()
    let first = try #require(next)
    #expect(hosts.timeToLive(.client, of: first) == 61...63)
  }

  @Test func theOrderOfLearningChangesNothing() throws {
    let all = try track(Self.threeConnections)
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    let answers = orders.map { order in
      var hosts = Hosts()
      for index in order { hosts.learn(all[index].brief) }
      return all.map { hosts.timeToLive(.client, of: $0) }
    }
    #expect(Set(answers).count == 1)
  }

  private static let oneWay = """
    0.0 C > S S
    0.2 C > S . 1 ack =5000001
    0.3 C > S P. 1:101 ack =5000001
    0.4 C > S . 101 ack =5001001

    """

  @Test func oneDirectionIsToldByAnotherConnection() throws {
    let all = try track(
      Self.oneWay + """
        host D = 10.0.0.1:40001
        9.0 D > S S
        """)
    var hosts = Hosts()
    for facts in all { hosts.learn(facts.brief) }
    #expect(all.map(\.state) == [.established, .attempted])
    let attempt = try #require(all.last)
    #expect(hosts.bothDirectionsSeen(attempt) == false)
  }

  @Test func theRunTellsWhereThePairDoesNot() throws {
    let all = try track(
      handshake + """
        host D = 10.0.0.9:40001
        host T = 10.0.0.8:81
        9.0 D > T S
        """)
    var hosts = Hosts()
    for facts in all { hosts.learn(facts.brief) }
    let attempt = try #require(all.first { $0.state == .attempted })
    #expect(hosts.bothDirectionsSeen(attempt) == true)
  }

  @Test func anAttemptAloneTellsNothing() throws {
    let all = try track("0.0,1.0 C > S S")
    var hosts = Hosts()
    for facts in all { hosts.learn(facts.brief) }
    #expect(hosts.bothDirectionsSeen(all[0]) == nil)
    #expect(hosts.timeToLive(.client, of: all[0]) == nil)
  }
}
