import Audit
import Flow
import Testing

@testable import Sockets

@Suite("Sockets together: groups, processes, order")
struct GroupTests {
  private let process = HostProcess(id: 812, name: "java", descriptors: 500, sockets: 300, limit: 1024)

  private func audit(_ sockets: [Socket], owners: [Owner?]? = nil) -> SocketAudit {
    let owners = owners ?? sockets.indices.map { Owner(process: 0, descriptor: Int32($0) + 10) }
    return SocketAudit(Snapshot(sockets: sockets, owners: owners, processes: [process]))
  }

  @Test func socketsOfOneProcessAndPeerAreOneGroup() throws {
    let sockets = (0..<4).map { Socket.make(.closeWait, silent: 60 + $0, UInt16(40_000 + $0)) }
    let other = Socket.make(.closeWait, silent: 500, remote: "10.0.0.3")
    let audit = audit(sockets + [other])
    #expect(audit.groups.map(\.count) == [4, 1])
    let group = try #require(audit.groups.first)
    #expect(group.service == .theirs(sockets[0].remote))
    #expect(group.process == 0)
    #expect((group.longest, group.shortest) == (63_000_000_000, 60_000_000_000))
    #expect(group.examples.map(\.socket) == [3, 2, 1])
    #expect(group.amount == 0)
    #expect(audit.ruleIDs(of: 0) == ["close-wait"])
    #expect(audit.severest == .warning)
  }

  /// A thousand clients that we do not close are one defect.
  @Test func clientsOfAServiceAreOneGroup() throws {
    var sockets = (0..<60).map {
      Socket.make(.closeWait, silent: 100, local: "10.0.0.1", 8080, remote: "10.1.0.\($0)", 50_000)
    }
    sockets.append(.make(.listen, local: "0.0.0.0", 8080, remote: "0.0.0.0", 0))
    let group = try #require(audit(sockets).groups.first)
    #expect(group.count == 60)
    #expect(group.peers.count == 60)
    #expect(group.service == .ours(sockets[0].local))
    // So many are worse than one.
    #expect(group.severity == .error)
  }

  @Test func manyAreWorseThanOneFromTheLimitOn() {
    func severity(_ count: Int) -> Severity? {
      audit((0..<count).map { Socket.make(silent: 90, UInt16(1000 + $0)) }).severest
    }
    #expect(severity(49) == .note)
    #expect(severity(50) == .warning)
  }

  @Test func whatWasNotAcceptedBelongsToTheListener() throws {
    let listener = Socket.make(.listen, unread: 0, unacked: 10, local: "0.0.0.0", 8080, remote: "0.0.0.0", 0)
    let waiting = Socket.make(silent: 20, 8080, inode: 0)
    let closed = Socket.make(.lastAck, .retransmission, unanswered: 5, unacked: 1, silent: 20, 8080, inode: 0)
    let audit = audit([listener, waiting, closed], owners: [Owner(process: 0, descriptor: 3), nil, nil])
    #expect(audit.groups.map(\.rule.id) == ["fin-unacked", "unaccepted"])
    #expect(audit.groups.map(\.process) == [nil, 0])
    #expect(audit.snapshot.unowned == 0)
  }

  /// Several workers listen on one port: nobody knows whose a waiting connection will be.
  @Test func aSharedPortNamesNoProcess() {
    func listener(_ address: String) -> Socket {
      .make(.listen, unacked: 10, local: address, 8080, remote: "0.0.0.0", 0)
    }
    let waiting = Socket.make(silent: 20, 8080, inode: 0)
    let processes = [process, HostProcess(id: 813, name: "java")]
    func owner(_ first: String, _ second: String) -> Int?? {
      let snapshot = Snapshot(
        sockets: [listener(first), listener(second), waiting],
        owners: [Owner(process: 0, descriptor: 3), Owner(process: 1, descriptor: 3), nil], processes: processes)
      return SocketAudit(snapshot).groups.first.map(\.process)
    }
    #expect(owner("0.0.0.0", "0.0.0.0") == .some(nil))
    #expect(owner("0.0.0.0", "10.0.0.1") == 1)
    #expect(owner("10.0.0.1", "0.0.0.0") == 0)
    #expect(owner("127.0.0.1", "::") == 1)
    // Nobody listens where it came in.
    #expect(owner("127.0.0.1", "10.0.0.9") == nil)
  }

  @Test func theWorstComesFirst() {
    let audit = audit([
      .make(silent: 999), .make(.closeWait, silent: 90), .make(.synSent, .retransmission, unanswered: 4, unacked: 1),
      .make(.listen, unread: 3, unacked: 2, remote: "0.0.0.0", 0),
    ])
    #expect(audit.groups.map(\.severity) == [.error, .error, .warning, .note])
    #expect(audit.count(.error) == 2)
  }

  /// A socket without a file needs no owner; one with a file and no known process does.
  @Test func unownedAreThoseThatSomebodyMustHold() {
    let snapshot = Snapshot(sockets: [.make(), .make(.timeWait, inode: 0), .make(.finWait1, inode: 0)])
    #expect(snapshot.unowned == 1)
    #expect(snapshot.stateCounts.map(\.state) == [.established, .finWait1, .timeWait])
  }
}

@Suite("Processes and their descriptors")
struct ProcessTests {
  private func judged(
    _ descriptors: Int, of limit: Int?, growth: Growth? = nil, suspicious: Int = 100
  ) -> [String: ProcessFinding] {
    let process = HostProcess(id: 1, name: "x", descriptors: descriptors, sockets: 5, limit: limit, growth: growth)
    return ProcessFinding.judge(process, index: 0, suspicious: suspicious, SocketLimits()).reduce(into: [:]) {
      $0[$1.rule] = $1
    }
  }

  private func growth(_ more: Int, seconds: Int, rises: Int = 3) -> Growth {
    Growth(more: more, over: Int64(seconds) * 1_000_000_000, risesInARow: rises)
  }

  @Test func descriptorsRunLow() {
    #expect(judged(818, of: 1024).isEmpty)
    #expect(judged(820, of: 1024)["descriptors-low"]?.severity == .warning)
    #expect(judged(1000, of: 1024)["descriptors-low"]?.severity == .error)
    #expect(judged(1024, of: 1024)["descriptors-low"]?.summary.contains("the next one fails") == true)
    #expect(judged(9_000_000, of: nil).isEmpty)
    #expect(judged(5, of: 0).isEmpty)
    // 50 more in 10 s, and 204 left; in an hour; and where they also become fewer.
    let fast = judged(820, of: 1024, growth: growth(50, seconds: 10), suspicious: 0)["descriptors-low"]
    #expect(
      fast?.severity == .error && fast?.summary.hasSuffix("in 41 s if it goes on so") == true, "\(fast?.summary ?? "")")
    #expect(judged(820, of: 1024, growth: growth(1, seconds: 18))["descriptors-low"]?.severity == .warning)
    #expect(judged(820, of: 1024, growth: growth(50, seconds: 10, rises: 2))["descriptors-low"]?.severity == .warning)
  }

  @Test func aLeakIsGrowthThatLastsAndSocketsThatNobodyUses() {
    let leak = judged(524, of: 1024, growth: growth(50, seconds: 10))["socket-leak"]
    #expect(leak?.severity == .error)
    // 500 more at 5 a second.
    #expect(leak?.exhaustedIn == 100_000_000_000)
    #expect(judged(100, of: 1_000_000, growth: growth(1, seconds: 10))["socket-leak"]?.severity == .warning)
    #expect(judged(100, of: nil, growth: growth(1, seconds: 10))["socket-leak"]?.exhaustedIn == .some(nil))
    let rows: [(String, Growth?, Int)] = [
      ("not watched", nil, 100), ("too short", growth(50, seconds: 4), 100), ("in use", growth(50, seconds: 10), 9),
      ("fewer at times", growth(50, seconds: 10, rises: 2), 100), ("steady", growth(0, seconds: 10), 100),
      ("shrinking", growth(-5, seconds: 10), 100),
    ]
    for (name, growth, suspicious) in rows {
      #expect(judged(500, of: 1024, growth: growth, suspicious: suspicious)["socket-leak"] == nil, "\(name)")
    }
  }

  @Test func growthIsCountedFromLookToLook() throws {
    typealias Look = DescriptorHistory.Look
    func growth(_ counts: [Int]) -> Growth? {
      DescriptorHistory.growth(counts.enumerated().map { Look(time: Int64($0) * 2_000_000_000, count: $1) })
    }
    #expect(growth([]) == nil)
    #expect(growth([5]) == nil)
    #expect(growth([5, 7, 7, 9]) == Growth(more: 4, over: 6_000_000_000, risesInARow: 3))
    #expect(growth([5, 9, 7, 9]) == Growth(more: 4, over: 6_000_000_000, risesInARow: 1))
    #expect(growth([9, 8]) == Growth(more: -1, over: 2_000_000_000, risesInARow: 0))
    let rate = try #require(growth([0, 0, 0, 12])?.rate)
    #expect(rate == 2)
    #expect(growth([1, 1])?.time(toOpen: 10) == nil)
  }

  /// The number of a process is used again: the one that began later is another.
  @Test func historyKnowsProcessesByTheirBeginning() {
    var history = DescriptorHistory()
    func snapshot(_ started: Int64, _ count: Int, at time: Int64) -> Snapshot {
      Snapshot(uptime: time, processes: [HostProcess(id: 7, name: "x", started: started, descriptors: count)])
    }
    history.note(snapshot(1, 5, at: 0))
    history.note(snapshot(1, 5, at: 0), later: (1_000_000_000, [8]))
    var now = snapshot(1, 9, at: 2_000_000_000)
    history.note(now)
    history.tell(&now)
    #expect(now.processes[0].growth == Growth(more: 4, over: 2_000_000_000, risesInARow: 2))
    var other = snapshot(2, 3, at: 3_000_000_000)
    history.note(other)
    history.tell(&other)
    #expect(other.processes[0].growth == nil)
    // One that ended between two looks keeps what was counted.
    history.note(other, later: (4_000_000_000, [nil]))
    history.tell(&other)
    #expect(other.processes[0].descriptors == 3)
    for look in 0..<200 { history.note(snapshot(2, look, at: Int64(look) * 1_000_000_000)) }
    history.tell(&other)
    #expect(other.processes[0].growth?.over == Int64(DescriptorHistory.most - 1) * 1_000_000_000)
  }

  @Test func filesOfProcAreRead() {
    let limits = """
      Limit                     Soft Limit           Hard Limit           Units
      Max processes             95711                95711                processes
      Max open files            1024                 524288               files
      """
    #expect(ProcessFiles.softLimit(Array(limits.utf8)) == 1024)
    #expect(
      ProcessFiles.softLimit(Array("Max open files            unlimited            unlimited   files".utf8)) == nil)
    #expect(ProcessFiles.softLimit(Array("Max open files".utf8)) == nil)
    #expect(ProcessFiles.softLimit([]) == nil)
    let stat = "42 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 12345 20"
    #expect(ProcessFiles.started(Array(stat.utf8)) == 123_450_000_000)
    #expect(ProcessFiles.started(Array("42 (a) S 1".utf8)) == nil)
    #expect(ProcessFiles.started(Array("nothing".utf8)) == nil)
    for (link, inode) in [
      ("socket:[4711]", 4711), ("socket:[0]", 0), ("socket:[4294967295]", 4_294_967_295), ("socket:[4294967296]", nil),
      ("socket:[]", nil), ("socket:[12", nil), ("pipe:[12]", nil), ("socket:[1x]", nil), ("", nil), ("/dev/null", nil),
    ] as [(String, UInt32?)] {
      #expect(ProcessFiles.socketInode(Array(link.utf8).span) == inode, "\(link)")
    }
  }
}
