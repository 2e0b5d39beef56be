import Audit
import Flow
import PacketScript
import Testing
import Wire

@Suite("Silence: lone attempts")
struct SilenceAttemptsTests {
  private func attempt(from source: UInt32, to target: UInt32, port: UInt16, at seconds: Int64, syns: Int = 1) -> Facts
  {
    let moment = Moment(
      time: Timestamp(seconds: seconds), packet: PacketReference(input: 0, number: UInt64(seconds + 1)))
    var facts = Facts(
      id: UInt64(seconds + 1), client: Endpoint(address: IPAddress(v4: source), port: 40000),
      server: Endpoint(address: IPAddress(v4: target), port: port), rolesKnown: true, ipVersion: 4, start: moment)
    var syn = Burst(at: moment)
    for _ in 1..<syns { syn.repeated(at: moment) }
    facts.client.syn = syn
    facts.client.packets = UInt64(syns)
    facts.client.synPackets = UInt64(syns)
    facts.handshake.syn = moment
    return facts
  }

  private func take(_ facts: Facts, into attempts: inout LoneAttempts, recordedUntil: Timestamp? = nil) -> Bool {
    guard let syn = facts.loneSYN else { return false }
    return attempts.take(syn, recordedUntil: recordedUntil)
  }

  @Test func oneNoteForEachTarget() throws {
    var attempts = LoneAttempts()
    for second in 0..<5 { _ = take(attempt(from: 1, to: 100, port: 80, at: Int64(second)), into: &attempts) }
    let alone = take(attempt(from: 1, to: 100, port: 81, at: 9), into: &attempts)
    #expect(alone)
    let findings = attempts.findings()
    #expect(findings.map(\.severity) == [.note, .note])
    #expect(findings.map(\.rule) == ["syn-unanswered", "syn-unanswered"])
    #expect(findings[0].fact("attempts") == .integer(5))
    #expect(findings[0].evidence.map(\.moment.packet.number) == [1, 5])
    #expect(findings[1].evidence.map(\.moment.packet.number) == [10])
  }

  @Test func whatIsNoLoneAttempt() throws {
    var attempts = LoneAttempts()
    for script in [
      "0 C > S S\n0.1 S > C S.", "0 C > S S\n0.1 S > C R. =0 ack 1", "0 C > S S\n0.1 C > S . 1",
      "0 C > S S\n0.1 C > S R 1", "0 C > S P. 1:10", "0 S > C S.", "0,1 C > S S",
      "0 C > S S\n0.1 R > C icmp unreachable host for C > S",
    ] {
      for facts in track(try PacketScript.parse(script)) {
        let isTaken = take(facts, into: &attempts)
        #expect(!isTaken, "\(script)")
      }
    }
    #expect(attempts.findings().isEmpty)
  }

  @Test func aRepeatedOneIsTakenWhereItIsTooSoonForAnError() throws {
    var attempts = LoneAttempts()
    let facts = attempt(from: 1, to: 2, port: 80, at: 10, syns: 2)
    let soon = take(facts, into: &attempts, recordedUntil: Timestamp(seconds: 12))
    let late = take(facts, into: &attempts, recordedUntil: Timestamp(seconds: 13))
    #expect(soon && !late)
  }

  /// An answer may have been on its way to what was given up for want of room: it is counted, and nobody is accused of it.
  @Test(arguments: [0, 3]) func whatWasGivenUpIsCounted(answered late: Int64) throws {
    var attempts = LoneAttempts()
    for second in 0..<5 as Range<Int64> {
      var facts = attempt(from: 1, to: 100, port: 80, at: second)
      facts.endedBecause = .evicted
      let isTaken = take(facts, into: &attempts, recordedUntil: Timestamp(seconds: second + 1))
      #expect(isTaken)
    }
    // Those had their time, whatever they made room for then.
    for second in 0..<late {
      var facts = attempt(from: 1, to: 100, port: 80, at: second)
      facts.endedBecause = .evicted
      _ = take(facts, into: &attempts, recordedUntil: Timestamp(seconds: second + 60))
    }
    // The recording ends with this one.
    _ = take(attempt(from: 1, to: 100, port: 80, at: 9), into: &attempts, recordedUntil: Timestamp(seconds: 10))
    let note = try #require(attempts.findings().first)
    #expect(note.severity == .note)
    #expect(note.fact("attempts") == .integer(5 + late) && note.fact("given_up") == .integer(5))
    #expect(note.suspects == (late == 0 ? [] : [.path, .server]))
    #expect(note.summary.contains("; \(late == 0 ? "all of them" : "5") were given up for want of room"))
  }

  @Test func aScanIsOneNote() throws {
    var attempts = LoneAttempts()
    for port in 0..<60_000 { _ = take(attempt(from: 7, to: 100, port: UInt16(port), at: Int64(port)), into: &attempts) }
    for second in 0..<3 { _ = take(attempt(from: 8, to: 200, port: 80, at: Int64(second)), into: &attempts) }
    let findings = attempts.findings()
    #expect(findings.count == 2)
    #expect(findings[0].fact("attempts") == .integer(60_000))
    #expect(findings[0].fact("targets") == .integer(60_000))
    #expect(findings[1].fact("attempts") == .integer(3))
  }

  @Test(arguments: [31, 32]) func aFewTargetsAreNoScan(_ targets: Int) {
    var attempts = LoneAttempts()
    for port in 0..<targets {
      _ = take(attempt(from: 7, to: 100, port: UInt16(port), at: Int64(port)), into: &attempts)
    }
    #expect(attempts.findings().count == (targets < 32 ? targets : 1))
  }

  /// One source that asks many hosts again and again is a scan; one that asks a few is in need.
  @Test(arguments: [31, 32]) func aScanThatRepeatsItself(_ hosts: Int) {
    var attempts = LoneAttempts()
    let all = (0..<hosts).map { attempt(from: 7, to: UInt32(100 + $0), port: 135, at: Int64($0), syns: 3) }
    for facts in all { facts.loneSYN.map { attempts.expect($0) } }
    let taken = all.filter { take($0, into: &attempts, recordedUntil: Timestamp(seconds: 90)) }.count
    #expect(taken == (hosts < 32 ? 0 : hosts))
    #expect(attempts.findings().count == (hosts < 32 ? 0 : 1))
    // Three SYNs each.
    #expect(attempts.findings().allSatisfy { $0.severity == .note && $0.fact("attempts") == .integer(96) })
  }

  /// None is overdue before max(3 RTO, 5 s).
  @Test(arguments: [(1.1, 0), (4.9, 0), (5.1, 1)])
  func aLoneSYNIsNoFindingBeforeItIsOverdue(seconds: Double, notes: Int) {
    var attempts = LoneAttempts()
    let end = Timestamp(nanoseconds: Int64(seconds * 1_000_000_000))
    let isTaken = take(attempt(from: 1, to: 2, port: 80, at: 0), into: &attempts, recordedUntil: end)
    #expect(isTaken && attempts.findings().count == notes)
  }

  @Test func aFloodIsBoundedAndCountedWhole() throws {
    var attempts = LoneAttempts()
    let flood = 20_000
    for number in 0..<flood {
      _ = take(attempt(from: UInt32(number), to: UInt32(number) &* 77, port: 80, at: Int64(number)), into: &attempts)
    }
    let findings = attempts.findings()
    #expect(findings.count == LoneAttempts.limit + 1)
    let total = findings.reduce(Int64(0)) { sum, finding in
      guard case .integer(let count)? = finding.fact("attempts") else { return sum }
      return sum + count
    }
    #expect(total == Int64(flood))
  }

  @Test func partsMerge() throws {
    var whole = LoneAttempts()
    var parts = [LoneAttempts(), LoneAttempts(), LoneAttempts()]
    for number in 0..<200 {
      let facts = attempt(from: UInt32(number % 5), to: UInt32(number % 50), port: 80, at: Int64(number))
      _ = take(facts, into: &whole)
      _ = take(facts, into: &parts[number % 3])
    }
    var merged = parts[0]
    merged.merge(parts[1])
    merged.merge(parts[2])
    #expect(merged.findings() == whole.findings())
  }
}
