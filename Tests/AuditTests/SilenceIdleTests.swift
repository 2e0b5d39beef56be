import Audit
import Flow
import PacketScript
import Testing
import Wire

@Suite("Silence: idle connections, and peers without a socket")
struct SilenceIdleTests {
  static let alive = SilencePeerTests.alive

  static let idle = [
    Verdict(
      "data after 400 s", "idle-killed", [.path], .likely,
      of: atClient + alive + "401,401.3,401.9,403.1,405.5,410.3 C > S P. 101:201"),
    Verdict(
      "keepalives after two hours", "idle-killed", [.path], .likely,
      of: atClient + alive + "7201,7276,7351,7426,7501 C > S . 100"),
    Verdict(
      "a client may have gone to sleep", "idle-killed", [.path, .client], .likely,
      of: atServer + """
        1.00 C > S P. 1:101
        1.0001 S > C P. 1:501
        1.08 C > S .
        401,401.3,401.9,403.1,405.5,410.3 S > C P. 501:601
        """),
    Verdict(
      "never used since the handshake", "idle-killed", [.path], .likely,
      of: atClient + "300,300.3,300.9,302.1,304.5,309.3 C > S P. 1:101"),
    Verdict(
      "just long enough", "idle-killed", [.path], .likely,
      of: atClient + alive + "61.081,61.3,61.9,63.1,65.5,70.3 C > S P. 101:201"),
    Verdict(
      "just too short", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + "61.0,61.3,61.9,63.1,65.5,70.3 C > S P. 101:201"),
    Verdict(
      "as long an idle time was survived before", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + """
        401 C > S P. 101:201
        401.08 S > C . ack 201
        801,801.3,801.9,803.1,805.5,810.3 C > S P. 201:301
        """),
    Verdict(
      "keepalives of the same period were answered before", "keepalive-unanswered", [.path, .server], .certain,
      of: atClient + alive + """
        301 C > S . 100
        301.08 S > C .
        601 C > S . 100
        601.08 S > C .
        901,976,1051,1126,1201 C > S . 100
        """),
    Verdict(
      "it arrives at the silent side: no middlebox between", "peer-vanished", [.server, .path], .certain,
      of: atServer + """
        1.00 C > S P. 1:101
        1.0001 S > C P. 1:501
        1.08 C > S .
        401,401.3,401.9,403.1,405.5,410.3 C > S P. 101:201
        """),
  ]

  @Test(arguments: idle) func afterAnIdleTime(_ verdict: Verdict) throws { try verdict.check() }

  @Test func theProductsAndTheKeepalive() throws {
    let finding = try auditOne(
      atClient + Self.alive + """
        301 C > S P. 101:201
        301.08 S > C . ack 201
        661,661.3,661.9,663.1,665.5,670.3 C > S P. 201:301
        """)
    #expect(finding.fact("survived_idle") == .duration(299_919_000_000))
    #expect(finding.fact("idle") == .duration(359_920_000_000))
    guard case .list(let products)? = finding.fact("products") else {
      Issue.record("no products")
      return
    }
    #expect(products.contains(.text("AWS Network Load Balancer: 350 s")))
    #expect(!products.contains(.text("Azure Load Balancer: 240 s")))
    #expect(finding.mend.contains("every 300 s"))
    #expect(finding.fact("instead_of") == .list([.text("peer-vanished")]))
  }

  static let reset = [
    // One test of forgery alone (255 is no proof of a hop limit) is no more than possible.
    Verdict(
      "a RST sooner than the server can answer", "idle-killed", [.path], .possible,
      of: atClient + alive + "401 C > S P. 101:201\n401.02 S > C R 501 ttl 250"),
    // Azure's load balancer, to both ends, at the moment when it forgets.
    Verdict(
      "and nobody asked for it", "idle-killed", [.path], .possible,
      of: atClient + alive + "241 S > C R 501 ttl 250\n241 C > S R 101 ttl 250"),
    Verdict(
      "to a request of two segments", "idle-killed", [.path], .possible,
      of: atClient + alive + "401 C > S P. 101:2001/1448\n401.02 S > C R 501 ttl 250\n401.02001 S > C R 501 ttl 250"),
  ]

  @Test(arguments: reset) func resetAfterAnIdleTime(_ verdict: Verdict) throws { try verdict.check() }

  /// What it answers was recorded 0.3 ms behind it: lost all the same.
  @Test func whatItAnswersIsRecordedBehindIt() throws {
    let findings = try audit(atClient + Self.alive + "401.02 S > C R 501 ttl 250\n401.0203 C > S P. 101:201")
    #expect(findings.map(\.rule) == ["idle-killed"])
    #expect(findings.map(\.bytesLost) == [100])
  }

  static let halfOpen = [
    // field.md §0, trace 8.
    Verdict(
      "trace 8: midstream data", "half-open", [.client, .path], .possible,
      of: """
        0 S > C P. 1:101 ack 1 ttl 57
        0.05 C > S R 1 ttl 57
        """),
    Verdict(
      "a keepalive", "half-open", [.server, .path], .likely,
      of: atClient + alive + "31 C > S . 100\n31.08 S > C R 501"),
    Verdict(
      "after a long idle time, and not forged", "half-open", [.server, .path], .likely,
      of: atClient + alive + "601 C > S P. 101:201\n601.08 S > C R 501"),
    Verdict(
      "seen where the RST is made", "half-open", [.server, .path], .likely,
      of: atServer + """
        1.00 C > S P. 1:101
        1.0001 S > C P. 1:501
        1.08 C > S .
        31 C > S P. 101:201
        31.0001 S > C R 501
        """),
    Verdict(
      "the rebooted host asks anew", "half-open", [.client, .path], .certain,
      of: atServer + """
        1.00 C > S P. 1:101
        1.0001 S > C P. 1:501
        1.08 C > S .
        60 C > S S =77000000
        60.0001 S > C . 501 ack 101
        60.08 C > S R 101
        """),
  ]

  @Test(arguments: halfOpen) func noSocket(_ verdict: Verdict) throws {
    // The rules of the sections before may see more in it; this one must be among what is said.
    let findings = try audit(verdict.script)
    let finding = try #require(try halfOpenCheck(verdict.script))
    #expect(findings.count == 1)
    #expect(finding.suspects == verdict.suspects)
    #expect(finding.confidence == verdict.confidence)
  }

  static let notHalfOpen = [
    "an abort of a live socket": atClient + alive + "31 C > S P. 101:201\n31.08 S > C R. 501 ack 201",
    "the echo of an abort": atClient + alive + "2 S > C R. 501\n2.01 C > S . 101 ack 400\n2.09 S > C R 400",
    "after its own FIN": atClient + alive + """
      2 S > C F.
      2.08 C > S . ack 502
      3 C > S P. 101:201
      3.08 S > C R 502
      """,
    "at once after the handshake: a full accept queue": atClient + "0.1601 S > C R 1",
    "a challenged SYN and nothing more": atServer + """
      1.00 C > S P. 1:101
      1.0001 S > C P. 1:501
      1.08 C > S .
      60 C > S S =77000000
      60.0001 S > C . 501 ack 101
      61 C > S P. 101:201
      61.0001 S > C . ack 201
      """,
    "out of the window": atClient + alive + "2 S > C R 500000000\n3 C > S P. 101:201\n3.08 S > C . ack 201",
  ]

  @Test(arguments: notHalfOpen.keys.sorted()) func aSocketOrNoProof(_ name: String) throws {
    let script = try #require(Self.notHalfOpen[name])
    #expect(try halfOpenCheck(script) == nil)
  }

  private func halfOpenCheck(_ text: String) throws -> Finding? {
    let script = try PacketScript.parse(text)
    let all = track(script)
    let check = try #require(Catalogue.rule("half-open")?.check)
    return all.lazy.compactMap { check($0, surroundings(script, all, Circumstances()), Thresholds()) }.first
  }
}
