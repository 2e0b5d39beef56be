import Audit
import Flow
import PacketScript
import Testing
import Wire

@Suite("What the wire and the kernel of this host say together")
struct PartnerlessTests {
  private static let holder = SocketHolder(id: 4711, process: "pool", descriptor: 7)

  /// Findings of a script beside the socket that one end's kernel had, `seen` seconds after its beginning.
  private func audit(
    _ text: String, _ side: Side, _ state: TCPState, seen: Double, heard: Double? = 0.3
  ) throws -> [Finding] {
    let script = try PacketScript.parse(text)
    let all = track(script)
    var around = surroundings(script, all, Circumstances())
    around.sockets[side] = HostSocket(
      state: state, seen: script.time(seen), heard: heard.map { script.time($0) }, holder: Self.holder)
    return all.flatMap { judge($0, around, Thresholds()) }
  }

  /// The server's FIN comes to the client's interface, again and again, and no further.
  private let finInVain =
    atClient + """
      0.100 C > S P. 1:301
      0.180 S > C P. 1:2001 ack 301
      0.181 C > S . ack 2001
      1.200 S > C F. 2001 ack 301
      1.500 S > C F. 2001 ack 301
      2.100 S > C F. 2001 ack 301
      3.300 S > C F. 2001 ack 301
      5.700 S > C F. 2001 ack 301
      12 tick
      """

  @Test func aFINThatTheSocketNeverHad() throws {
    #expect(try audit(finInVain, .client, .closed, seen: 11).map(\.rule) == ["fin-unacked"])
    let found = try audit(finInVain, .client, .established, seen: 11)
    let finding = try #require(found.first)
    #expect(found.count == 1 && finding.rule == "partnerless" && finding.severity == .error)
    #expect(finding.suspects == [.path, .client])
    #expect(finding.summary.contains("9.8 s later the client's socket is still ESTAB"))
    #expect(finding.fact("left_by") == .text("fin") && finding.fact("instead_of") == .list([.text("fin-unacked")]))
    #expect(finding.evidence.last?.what == "this host's kernel holds the socket: ESTAB, pool (4711), descriptor 7")
  }

  /// Whose kernel has had the FIN only lacks a way for its ACK; and what was read when the FIN had hardly been repeated proves nothing.
  @Test(arguments: [(TCPState.closeWait, 11.0), (.established, 4.0), (.finWait1, 11.0)])
  func aFINThatProvesNothing(_ state: TCPState, _ seen: Double) throws {
    #expect(try audit(finInVain, .client, state, seen: seen).map(\.rule) == ["fin-unacked"])
  }

  /// The socket of the end that sent the FIN is nobody's without a partner.
  @Test func theCloserIsNotAccused() throws {
    #expect(try audit(finInVain, .server, .established, seen: 11).map(\.rule) == ["fin-unacked"])
  }

  private let reset =
    atClient + """
      0.100 C > S P. 1:301
      0.180 S > C P. 1:2001 ack 301
      0.181 C > S . ack 2001
      5.000 S > C R. 2001 ack 301
      12 tick
      """

  @Test(arguments: [
    (TCPState.established, 11.0, 0.18, true), (.closeWait, 11, 0.18, true), (.finWait2, 11, 0.18, true),
    // It heard the peer later: the RST was refused, or was none of the peer's.
    (.established, 11, 8, false),
    // Read too early, or in good order since.
    (.established, 5.5, 0.18, false), (.closed, 11, 0.18, false), (.lastAck, 11, 0.18, false),
  ]) func aRSTThatTheSocketNeverHad(_ state: TCPState, _ seen: Double, _ heard: Double, _ found: Bool) throws {
    let rules = try audit(reset, .client, state, seen: seen, heard: heard).map(\.rule)
    #expect(rules.contains("partnerless") == found, "\(rules)")
  }

  /// Both ends are on this host: where the one that was reset in its name is there, it has not left; of a FIN its socket waits for the ACK.
  @Test func thePartnerIsOnThisHostToo() throws {
    for (text, state, found) in [(reset, TCPState.established, false), (finInVain, .finWait1, true)] {
      let script = try PacketScript.parse(text)
      let all = track(script)
      var around = surroundings(script, all, Circumstances())
      around.sockets = HostEnds(
        client: HostSocket(state: .established, seen: script.time(11), heard: script.time(0.18), holder: Self.holder),
        server: HostSocket(state: state, seen: script.time(11)))
      #expect(all.flatMap { judge($0, around, Thresholds()) }.contains { $0.rule == "partnerless" } == found)
    }
  }

  /// What the kernel does not say is not guessed.
  @Test func withoutAWordOfWhenItWasHeard() throws {
    #expect(try !audit(reset, .client, .established, seen: 11, heard: nil).contains { $0.rule == "partnerless" })
  }

  /// A RST in somebody else's name, to a socket that goes on: another TTL, and it lives.
  @Test func aForgedRST() throws {
    let forged = reset.replacing("5.000 S > C R. 2001 ack 301", with: "5.000 S > C R. 2001 ack 301 ttl 200")
    #expect(try !audit(forged, .client, .established, seen: 11).contains { $0.rule == "partnerless" })
  }

  @Test func withoutTheKernelThereIsNoSuchFinding() throws {
    for text in [finInVain, reset] {
      let script = try PacketScript.parse(text)
      let all = track(script)
      let around = surroundings(script, all, Circumstances())
      #expect(!all.flatMap { judge($0, around, Thresholds()) }.contains { $0.rule == "partnerless" })
    }
  }
}
