import Audit
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

/// `--checksums`. The script's `badsum` is a sum that no network card was meant to finish.
@Suite("Trap 9 of field.md §5: checksums, wrong in the capture and wrong on the wire")
struct ChecksumTests {
  private var verifying: RunOptions {
    var options = RunOptions()
    options.verifiesChecksums = true
    return options
  }

  private func checksums(_ script: String) throws -> ChecksumCounts? {
    try records(of: script, verifying).summary.checksums
  }

  private func counts(verified: UInt64, bad: UInt64, offloaded: UInt64) -> ChecksumCounts {
    var counts = ChecksumCounts()
    (counts.verified, counts.bad, counts.offloaded) = (verified, bad, offloaded)
    return counts
  }

  @Test("9: not verified unless asked, and then not known")
  func unlessAsked() throws {
    #expect(try records(of: healthy).summary.checksums == nil)
    let folder = Folder()
    let path = try folder.capture(healthy)
    #expect(try json([path]).last?.contains(#""bad_checksums":null,"offloaded_checksums":null"#) == true)
    #expect(try json([path], verifying).last?.contains(#""bad_checksums":0,"offloaded_checksums":0"#) == true)
  }

  /// Nothing is discarded: the records are those of an audit that did not look.
  @Test("9: a host whose every checksum is wrong leaves them to its network card")
  func offload() throws {
    let script = healthy.split(separator: "\n").map { $0.contains("C > S") ? "\($0) badsum" : String($0) }
      .joined(separator: "\n")
    #expect(try checksums(script) == counts(verified: 9, bad: 6, offloaded: 6))
    let (seen, looked) = (try records(of: script), try records(of: script, verifying))
    #expect(seen.facts == looked.facts)
    #expect(looked.findings.isEmpty)
  }

  @Test("9: a wrong one amid right ones of the same host is damage")
  func damage() throws {
    let script = healthy.replacing("P. 1:1001 ack 5", with: "P. 1:1001 ack 5 badsum\n0.1625 S > C P. 1:1001 ack 5")
    #expect(try checksums(script) == counts(verified: 10, bad: 1, offloaded: 0))
    let folder = Folder()
    let text = try report({ TextReport($0) }, [try folder.capture(script)], verifying)
    #expect(text.contains("Of 10 checksums, 1 is wrong: damaged on the way"), "\(text)")
  }

  /// Super-segments of a real kernel, with the sum of the pseudo-header alone.
  @Test("9: what a kernel leaves to its network card is known by its value")
  func unfinished() throws {
    let giants = try records([ExpectationFile.root + "giants/client.pcapng"], verifying)
    let counts = try #require(giants.summary.checksums)
    #expect(counts.bad == counts.offloaded)
    #expect(giants.serious.isEmpty)
  }

  @Test("9: of packets that the capture has cut nobody knows")
  func cut() throws {
    let folder = Folder()
    let cut = folder.capture(try PacketScript.parse(severalConnections).pcap(snaplen: 60))
    let whole = folder.capture(try PacketScript.parse(severalConnections).pcap())
    let counted = try #require(try records([whole], verifying).summary.checksums)
    let left = try records([cut], verifying).summary.checksums?.verified ?? 0
    #expect(counted.verified == 37 && left < 37)
    let text = try report(
      { TextReport($0) }, [folder.capture(try PacketScript.parse("0 C > S S <mss 1460>").pcap(snaplen: 56))], verifying)
    #expect(text.contains("No checksum could be verified"), "\(text)")
  }

  /// Every kernel drops it, and the connection is where it was.
  @Test("9: a RST whose checksum is wrong is taken by nobody", arguments: [true, false])
  func resetWithBadChecksum(isVerified: Bool) throws {
    let script = handshake + "0.1 C > S P. 1:101\n0.2 S > C P. 1:1001 ack 101\n0.3 S > C R. 1001 badsum\n20 tick\n"
    let facts = try #require(try records(of: script, isVerified ? verifying : RunOptions()).facts.first)
    #expect(facts.state == (isVerified ? .established : .reset))
    #expect(facts.server.resets?.first.verdict == (isVerified ? .ignored : .effective))
    #expect(facts.server.rstPackets == 1)
  }

  /// Its sender goes on, as it sent something else: that is no forgery.
  @Test("9: nor does it accuse anybody of having made it up")
  func noForgery() throws {
    let script = """
      0.4 S > C R. 1001 badsum
      0.5 S > C P. 1001:2001
      0.6 C > S . ack 2001
      0.7 C > S F.
      0.8 S > C F. ack 102
      0.9 C > S .
      """
    let run = try records(of: handshake + "0.1 C > S P. 1:101\n0.2 S > C P. 1:1001 ack 101\n" + script, verifying)
    #expect(run.facts.map(\.state) == [.closed])
    #expect(run.findings.isEmpty)
  }
}
