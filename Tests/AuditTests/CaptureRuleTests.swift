import Audit
import Flow
import Testing
import Wire

@Suite("The capture itself")
struct CaptureRuleTests {
  static func judge(_ change: (inout CaptureFacts) -> Void) -> [Finding] {
    var facts = CaptureFacts()
    facts.tcpPackets = 1000
    facts.connections = 12
    change(&facts)
    return judgeCapture(facts, Thresholds())
  }

  @Test func aWholeCaptureSaysNothing() { #expect(Self.judge { _ in }.isEmpty) }

  @Test func loss() {
    let findings = Self.judge {
      $0.surroundings.missingBytes = 1448
      $0.surroundings.payloadBytes = 98_552
      $0.surroundings.kernelDropped = 1
      $0.doubtedFindings = ["peer-vanished": 2]
    }
    #expect(findings.map(\.rule) == ["capture-loss"])
    #expect(findings[0].severity == .warning)
    #expect(findings[0].atFault == .capture)
    #expect(
      findings[0].summary
        == "the capture is not complete: 1,448 bytes of 100,000 were acknowledged and are not in the capture; the kernel"
        + " dropped 1 packet; less certain: peer-vanished (2)")
    #expect(Self.judge { $0.surroundings.interfaceDropped = 7 }.map(\.rule) == ["capture-loss"])
  }

  @Test func oneSided() {
    let findings = Self.judge { $0.oneSidedConnections = 3 }
    #expect(findings.map(\.rule) == ["capture-one-sided"])
    #expect(findings[0].severity == .note)
    #expect(findings[0].summary.hasPrefix("of 3 of the 12 connections that got beyond a SYN only one direction"))
  }

  /// NFLOG at a snaplen of 96: of one direction the capture has no more than the hook's attributes.
  @Test func oneSidedBecauseTheHeadersAreCut() {
    let findings = Self.judge {
      $0.oneSidedConnections = 3
      $0.cutHeaders = 5
    }
    #expect(findings.map(\.rule) == ["capture-one-sided"] && findings[0].confidence == .possible)
    #expect(
      findings[0].summary
        == "of 3 of the 12 connections that got beyond a SYN only one direction was understood; 5 packets whose headers the"
        + " capture cut may be the other, and no silence is claimed there")
    #expect(findings[0].mend.contains("tcpdump -s 0"))
  }

  /// The network may have doubled them.
  @Test func aFewCopiesBlameNobody() { #expect(Self.judge { $0.duplicatePackets = 9 }.isEmpty) }

  @Test func duplicated() {
    let findings = Self.judge { $0.duplicatePackets = 59 }
    #expect(findings.map(\.rule) == ["capture-duplicated"])
    #expect(findings[0].severity == .note)
    #expect(findings[0].summary.hasPrefix("59 duplicate packets of 1,000"))
  }

  @Test(arguments: [(Int64(99_999_999), 0), (100_000_000, 1)]) func clock(_ step: Int64, _ count: Int) {
    let moment = Moment(time: Timestamp(seconds: 5), packet: PacketReference(input: 0, number: 7))
    let findings = Self.judge {
      $0.backwardSteps = 1
      $0.largestBackwardStep = step
      $0.firstBackwardStep = moment
    }
    #expect(findings.count == count)
    #expect(findings.allSatisfy { $0.rule == "capture-clock" && $0.severity == .note })
    #expect(findings.allSatisfy { $0.summary.hasPrefix("time runs backwards once, by 100 ms: ") })
    #expect(findings.allSatisfy { $0.evidence.map(\.moment) == [moment] })
  }

  @Test func aLeap() {
    let start = Timestamp(seconds: 5)
    let findings = Self.judge { $0.leaps = [start...Timestamp(seconds: 86_405)] }
    #expect(findings.map(\.rule) == ["capture-clock"])
    #expect(findings[0].severity == .note)
    #expect(findings[0].fact("largest_leap") == .duration(86_400_000_000_000))
  }

  /// What lasted across it nobody knows; what came after it is measured as ever.
  @Test(arguments: [("0.4", false), ("100.4", true)]) func noSilenceAcrossALeap(_ acked: String, _ found: Bool) throws {
    var circumstances = Circumstances()
    circumstances.leaps = [2...60]
    let findings = try audit(onLAN + "\(acked) C > S F. 1\n\(acked)1 S > C . ack 2\nend 200", circumstances)
    #expect(findings.map(\.rule) == (found ? ["fin-unanswered"] : []))
  }

  @Test func whatConnectionsShowTogetherTakesCertainty() throws {
    let script = onLAN + "0.3 C > S F. 1\n0.4 S > C . ack 2\nend 30"
    var circumstances = Circumstances()
    circumstances.inferredBlind = [10...10.1]
    #expect(try audit(script, circumstances).isEmpty)
  }

  @Test func cut() {
    let findings = Self.judge {
      $0.cutInputs = [CutInput(path: "a.pcap", place: .record), CutInput(path: "b.pcap", place: .record)]
    }
    #expect(findings.map(\.rule) == ["capture-cut"])
    #expect(findings[0].severity == .warning)
    #expect(findings[0].summary.hasPrefix("the capture a.pcap and 1 other file ended"))
    #expect(findings[0].fact("inputs") == .list([.text("a.pcap"), .text("b.pcap")]))
    #expect(findings[0].mend.contains("end the capturing process"))
  }

  /// Whoever recorded a compressed file may have ended it well.
  @Test func cutWhereItIsCompressed() {
    let findings = Self.judge { $0.cutInputs = [CutInput(path: "-", place: .compression)] }
    #expect(findings[0].summary.hasPrefix("standard input ended in the middle of its compressed data"))
    #expect(findings[0].mend.hasPrefix("fetch or copy the compressed file again"))
  }

  /// Captures of both ends are no copies of one.
  @Test(arguments: [1, 3]) func ofSeveralPlaces(connections: UInt64) {
    let findings = Self.judge {
      $0.severalPlaces = connections
      $0.inputs = 2
    }
    #expect(findings.map(\.severity) == [.warning])
    let summary = connections == 1 ? "1 connection is in several captures" : "3 connections are in several captures"
    #expect(findings[0].summary.hasPrefix(summary))
    #expect(findings[0].mend.hasPrefix("audit each capture by itself"))
  }

  @Test func mergedIntoOneFile() {
    let findings = Self.judge {
      $0.severalPlaces = 3
      $0.inputs = 1
    }
    #expect(findings.map(\.severity) == [.warning])
    #expect(findings[0].summary.hasPrefix("3 connections are in this capture twice, as if merged from two taken at"))
    #expect(findings[0].mend.hasPrefix("audit each capture by itself, before it is merged"))
  }
}
