import Audit
import Flow
import Testing
import Wire

@Suite("FINs")
struct FinTests {
  // MARK: fin-unacked

  @Test(arguments: [
    (atClient, Side.client, [Party.path, .server]), (atServer, .client, [.server, .path]),
    (between, .client, [.path, .server]),
    (onLAN, .client, [.path, .server]), (atServer, .server, [.path, .client]),
    (atClient, .server, [.client, .path]),
  ]) func aFINWithoutAnACK(_ opening: String, _ side: Side, _ suspects: [Party]) throws {
    let (a, b) = side == .client ? ("C", "S") : ("S", "C")
    let finding = try auditOne(
      opening + """
        0.1 \(a) > \(b) P. 1:5
        0.2 \(b) > \(a) . ack 5
        1.0,1.3,1.9,3.1,5.5 \(a) > \(b) F. 5
        """)
    #expect(finding.rule == "fin-unacked")
    #expect(finding.severity == .error)
    #expect(finding.confidence == .certain)
    #expect(finding.suspects == suspects)
    #expect(finding.evidence.map(\.what) == ["FIN after 4 bytes", "the same FIN, transmission 5"])
    #expect(finding.fact("transmissions") == .integer(5))
  }

  /// What the server sent last is not in the capture: its FIN, and then it is closed too; or data, with which a FIN may have come.
  @Test(arguments: [
    ("F. 501", "501", "2.41,3.01,4.21,6.61,11.41 S > C . 502 ack 101", Severity.note, Confidence.certain),
    ("PF. 501:601", "602", "40 tick", .error, .possible), ("P. 501:601", "601", "40 tick", .error, .possible),
    // It lives, and its FIN is not what it lacks.
    ("P. 501:601", "601", "3.1,6.7,12,22 S > C . 601 ack 101", .error, .likely),
    ("P. 501:601", "501", "40 tick", .error, .certain),
  ])
  func theServersLastPacketIsMissing(
    _ last: String, _ acked: String, _ then: String, _ severity: Severity, _ confidence: Confidence
  ) throws {
    let finding = try auditOne(
      atClient + """
        1 C > S P. 1:101
        1.08 S > C P. 1:501 ack 101
        1.081 C > S . 101 ack 501
        2 S > C \(last) ack 101 lost
        2.001,2.4,3.0,4.2,6.6,11.4,21 C > S F. 101 ack \(acked)
        \(then)
        40 tick
        """)
    #expect(finding.rule == "fin-unacked" && finding.severity == severity && finding.confidence == confidence)
  }

  /// The next one would have come at 10.3 (19.9), and may have been answered.
  @Test(
    arguments: [("", 6, nil), ("", 11, .certain), (",10.3", 11, .likely)] as [(String, Double, Confidence?)])
  func theCaptureWasBlindSoonAfterwards(_ more: String, _ from: Double, _ confidence: Confidence?) throws {
    let script = onLAN + "1.0,1.3,1.9,3.1,5.5\(more) C > S F. 1\n90 tick"
    let found = try audit(script, Circumstances(blind: [from...60])).filter { $0.rule == "fin-unacked" }
    #expect(found.map(\.confidence) == (confidence.map { [$0] } ?? []))
  }

  @Test func givingUpByRST() throws {
    let finding = try auditOne(onLAN + "1.0,1.3,1.9,3.1,5.5 C > S F. 1\n15 C > S R. 2")
    #expect(finding.rule == "fin-unacked")
    #expect(finding.suspects == [.path, .server])
  }

  /// As near as can be, and yet a router lowered its TTL: the path is not cleared.
  @Test(arguments: [(64, [Party.server]), (63, [.server, .path])])
  func whatStandsBetweenTheCaptureAndTheServer(_ ttl: Int, _ suspects: [Party]) throws {
    let finding = try auditOne(
      "host S = 10.0.0.2:2181 ttl \(ttl)\nhost C = 10.0.0.1:40000 ttl 49\n" + atServer + """
        0.1 C > S F.
        0.1002 S > C . ack 2
        end 120
        """)
    #expect(finding.rule == "fin-unanswered")
    #expect(finding.suspects == suspects)
  }

  @Test(arguments: [
    ("1.0,1.5,2.5,4.0", true), ("1.0,1.5,4.0", false), ("1.0,1.4,2.2,3.9", false),
  ]) func itTakesFourTransmissionsOverThreeSeconds(_ times: String, _ found: Bool) throws {
    #expect(try audit(onLAN + "\(times) C > S F. 1").contains { $0.rule == "fin-unacked" } == found)
  }

  /// The last ACK is lost, or the recording ends before it: no defect, and where the FIN is repeated for long, one that harms nobody.
  @Test(
    "36: the last ACK that is lost harms nobody",
    arguments: [
      ("", false), ("0.5 S > C F. 1 ack 2\n", false), ("0.5,1.1 S > C F. 1 ack 2\n", false),
      ("0.5,1.1,2.3,4.7,9.5 S > C F. 1 ack 2\n", true),
    ])
  func lostFinalACK(_ repetitions: String, _ isNoted: Bool) throws {
    let findings = try audit(onLAN + "0.1 C > S F. 1\n0.2 S > C F. 1 ack 2\n" + repetitions + "end 60")
    #expect(findings.map(\.rule) == (isNoted ? ["fin-unacked"] : []))
    #expect(findings.allSatisfy { $0.severity == .note })
  }

  @Test func aPeerThatGoesOnTalkingClearsItself() throws {
    // A firewall eats FINs and lets the rest through.
    let finding = try auditOne(
      between + """
        1.0,1.3,1.9,3.1 S > C F. 1
        4.0 C > S P. 1:11 ack 1
        4.1 S > C . 2 ack 11
        5.5 S > C F. 1
        """)
    #expect(finding.rule == "fin-unacked")
    #expect(finding.suspects == [.path])
  }

  @Test func aLastACKThatIsLostHarmsNobody() throws {
    let findings = try audit(
      onLAN + """
        1.0 C > S F. 1
        1.001 S > C F. 1
        1.002 C > S F. 1 ack 1
        1.3,1.9,3.1,5.5 S > C F. 1
        """)
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings.map(\.summary))")
  }

  @Test(arguments: [
    // Acknowledged at last.
    "1.0,1.3,1.9,3.1,5.5 C > S F. 1\n5.6 S > C . ack 2\n5.7 S > C F. 1\n5.8 C > S . 2",
    // The recording ends.
    "1.0,1.3 C > S F. 1",
  ]) func healed(_ rest: String) throws {
    let findings = try audit(onLAN + rest)
    #expect(findings.isEmpty, "\(findings.map(\.summary))")
  }

  // MARK: fin-unanswered

  @Test(arguments: [
    (atClient, Side.client, [Party.server, .path]), (atServer, .client, [.server]),
    (between, .client, [.server, .path]),
    (onLAN, .client, [.server, .path]), (atClient, .server, [.client]), (atServer, .server, [.client, .path]),
  ]) func closeWait(_ opening: String, _ side: Side, _ suspects: [Party]) throws {
    let (a, b) = side == .client ? ("C", "S") : ("S", "C")
    let finding = try auditOne(
      opening + """
        0.1 \(a) > \(b) P. 1:5
        0.2 \(b) > \(a) P. 1:101
        0.3 \(a) > \(b) F. 5
        0.4 \(b) > \(a) . ack 6
        11 tick
        """)
    #expect(finding.rule == "fin-unanswered")
    #expect(finding.severity == .warning)
    #expect(finding.suspects == suspects)
    #expect(finding.fact("silence") == .duration(10_600_000_000))
    #expect(finding.evidence.map(\.what) == ["FIN after 4 bytes", "acknowledges the FIN"])
  }

  /// In FIN-WAIT-2 for as long as its application had patience.
  @Test(arguments: [5.0, 20])
  func whoClosedGivesUp(_ patience: Double) throws {
    let findings = try audit(
      onLAN + """
        0.1 C > S P. 1:101
        0.2 S > C P. 1:1001 ack 101
        0.3 C > S F. 101 ack 1001
        0.4 S > C . ack 102
        \(0.4 + patience) C > S R. 102
        60 tick
        """)
    #expect(findings.map(\.rule) == (patience < 6 ? [] : ["fin-unanswered"]))
    guard let finding = findings.first else { return }
    #expect(finding.fact("silence") == .duration(20_000_000_000))
    #expect(finding.summary.hasSuffix("then the client gave up by RST"))
    #expect(finding.evidence.last?.what == "RST: it gives up")
  }

  /// The one that was to answer ends it: that is its answer.
  @Test(arguments: ["R. 1 ack 2", "R 1", "R 2", "R 900"]) func aResetIsAnAnswer(_ reset: String) throws {
    let script = onLAN + "0.3 C > S F. 1\n0.4 S > C . ack 2\n"
    #expect(try !audit(script + "0.401 S > C \(reset)\n60 tick").map(\.rule).contains("fin-unanswered"))
    #expect(try audit(script + "60 tick").map(\.rule) == ["fin-unanswered"])
  }

  @Test(arguments: [(4.9, false), (5.1, true)]) func silenceMustBeRecorded(_ seconds: Double, _ found: Bool) throws {
    let script =
      onLAN + """
        0.3 C > S F. 1
        0.4 S > C . ack 2
        end \(0.4 + seconds)
        """
    #expect(try audit(script).isEmpty == !found)
  }

  /// Neither the SYN-ACK nor the peer's FIN is in the capture, and the client's own ACK tells of it.
  @Test func aFINThatIsAcknowledged() throws {
    let findings = try audit(
      """
      0 C > S S
      0.02 C > S . 1 ack 1
      1 C > S F. 1 ack 1
      1.01 S > C . 1 ack 2
      1.02 C > S . 2 ack 2
      60 tick
      """)
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings.map(\.summary))")
  }

  @Test func lingerIsAnOption() throws {
    let script = onLAN + "0.3 C > S F. 1\n0.4 S > C . ack 2\nend 30"
    var patient = Circumstances()
    patient.thresholds.linger = 60_000_000_000
    #expect(try audit(script, patient).isEmpty)
    #expect(try !audit(script).isEmpty)
  }

  @Test(arguments: [
    // The file ends 15 ms after the FIN's ACK.
    "0.3 C > S F. 1\n0.4 S > C . ack 2\n0.415 tick",
    // A long computation, and the answer in the end.
    """
    0.3 C > S F. 1
    0.4 S > C . ack 2
    25 S > C P. 1:1001
    25.1 C > S . ack 1001
    25.2 S > C F.
    25.3 C > S . ack 1002
    """,
    // It still sends.
    "0.3 C > S F. 1\n0.4 S > C . ack 2\n25 S > C P. 1:1001\n25.1 C > S . ack 1001\n27 tick",
    // Only one direction was captured.
    "0.3 C > S F. 1\n11 tick",
  ]) func harmless(_ rest: String) throws {
    let findings = try audit(onLAN + rest)
    #expect(findings.isEmpty, "\(findings.map(\.summary))")
  }

  /// It sends now and then (tail -f): the next pause is one as those before.
  @Test(arguments: [(100, false), (130, true)]) func whoPausedBefore(_ end: Int, _ found: Bool) throws {
    let findings = try audit(
      between + """
        0.1 C > S F. 1
        0.18 S > C . 1 ack 2
        30 S > C P. 1:101 ack 2
        30.08 C > S . 2 ack 101
        60 S > C P. 101:201 ack 2
        60.08 C > S . 2 ack 201
        end \(end)
        """)
    #expect(findings.map(\.rule) == (found ? ["fin-unanswered"] : []), "\(findings.map(\.summary))")
  }

  /// The client takes no more: the rest of the answer, and the FIN behind it, wait for room, and the server asks for some.
  @Test(arguments: [("", false), ("6.5 C > S . 2 ack 2921 win 2920", true)])
  func whoClosedHasNoRoomForTheAnswer(_ update: String, _ found: Bool) throws {
    let findings = try audit(
      """
      0.000 C > S S <mss 1460>
      0.002 S > C S. <mss 1460>
      0.0021 C > S . win 2920
      0.003 C > S F. 1 win 2920
      0.005 S > C . 1 ack 2
      0.305 S > C . 1:2921/1460 ack 2
      0.349 C > S . 2 ack 2921 win 0

      """ + windowProbes([0.564, 0.997, 1.864, 3.557], from: "S", at: 2921, to: "C", at: 2) + update + "\nend 20")
    #expect(findings.contains { $0.rule == "fin-unanswered" } == found, "\(findings.map(\.summary))")
  }

  /// However long it was: times are hostile input.
  @Test func pausesWithoutEnd() throws {
    var patient = Circumstances()
    patient.thresholds.survivedPauses = .max
    let script =
      between + "0.1 C > S F. 1\n0.18 S > C . 1 ack 2\n30 S > C P. 1:101 ack 2\n30.08 C > S . 2 ack 101\nend 400"
    #expect(try audit(script, patient).isEmpty)
    #expect(try audit(script).map(\.rule) == ["fin-unanswered"])
  }

  /// The first packet is the ACK of the client's FIN, which the capture has not: both halves are closed.
  @Test(arguments: [("", false), ("0.3001 C > S P. 1:11 ack 346", true)])
  func metMidstreamThePeersFINMayHaveGoneBefore(_ data: String, _ found: Bool) throws {
    let findings = try audit(
      """
      0.000 S > C . 1 ack 1
      0.300 S > C P. 1:346 ack 1
      \(data)
      0.301 S > C F. 346
      0.304 C > S . ack 346
      0.305 C > S . ack 347
      60 tick
      """)
    #expect(findings.map(\.rule) == (found ? ["fin-unanswered"] : []), "\(findings.map(\.summary))")
  }

  @Test func aCaptureThatWasBlindClaimsNothing() throws {
    let script = onLAN + "0.3 C > S F. 1\n0.4 S > C . ack 2\nend 30"
    #expect(try audit(script, Circumstances(blind: [10...12])).isEmpty)
  }
}
