import Audit
import Flow
import Testing

@testable import Sockets

@Suite("One socket, judged by each rule")
struct RuleTests {
  /// What every rule says of one socket, by id.
  private func judged(_ socket: Socket, isListenedOn: Bool = true) -> [String: Suspicion] {
    let surroundings = SocketSurroundings(
      namespace: NamespaceFacts(name: "", finTimeout: 60_000_000_000), isListenedOn: isListenedOn)
    return SocketCatalogue.rules.reduce(into: [:]) { found, rule in found[rule.id] = rule.judge(socket, surroundings) }
  }

  private static let rows: [(name: String, socket: Socket, rules: [String])] = [
    ("a fresh connection", .make(), []),
    ("just heard", .make(silent: 59), []),
    ("silent", .make(silent: 60), ["silent-peer"]),
    ("data received lately is a word of the peer", .make(silent: 600, received: 5), []),
    ("keepalive will find out", .make(.established, .keepalive, silent: 600, expires: 1000), []),
    ("one probe is on its way", .make(.established, .keepalive, unanswered: 1, silent: 600), []),
    (
      "probes without an answer", .make(.established, .keepalive, unanswered: 2, silent: 600),
      ["keepalive-unanswered"]
    ),
    ("silence on loopback", .make(silent: 600, local: "127.0.0.1", remote: "127.0.0.1"), []),
    ("silence on an own address", .make(silent: 600, local: "10.0.0.1", remote: "10.0.0.1"), []),
    ("closed by the peer", .make(.closeWait, silent: 59), []),
    ("never closed", .make(.closeWait, silent: 60), ["close-wait"]),
    ("still answering after the peer's FIN", .make(.closeWait, silent: 90, sent: 1), []),
    ("not even accepted", .make(.closeWait, silent: 90, inode: 0), ["unaccepted"]),
    ("waits for accept()", .make(silent: 5, inode: 0), ["unaccepted"]),
    ("will be accepted soon", .make(silent: 4, inode: 0), []),
    ("sent twice again", .make(.established, .retransmission, unanswered: 2, unacked: 500, silent: 9), []),
    (
      "sent again and again", .make(.established, .retransmission, unanswered: 3, unacked: 500, silent: 9),
      ["peer-vanished"]
    ),
    (
      "the peer is heard all the same",
      .make(.established, .retransmission, unanswered: 4, unacked: 500, silent: 0, sent: 9, rto: 3_200_000),
      ["unacknowledged"]
    ),
    (
      "heard before the last but one",
      .make(.established, .retransmission, unanswered: 3, unacked: 9, silent: 2, rto: 1_600_000, expires: 1000),
      ["peer-vanished"]
    ),
    (
      "heard after the last but one",
      .make(.established, .retransmission, unanswered: 3, unacked: 9, silent: 1, rto: 1_600_000, expires: 1000),
      ["unacknowledged"]
    ),
    (
      "the last FIN", .make(.lastAck, .retransmission, unanswered: 3, unacked: 1, silent: 9, inode: 0),
      ["fin-unacked"]
    ),
    (
      "a FIN behind data", .make(.finWait1, .retransmission, unanswered: 3, unacked: 9, silent: 9, inode: 0),
      ["peer-vanished"]
    ),
    ("SYN sent", .make(.synSent, .retransmission, unanswered: 1, unacked: 1), []),
    ("SYN sent again twice", .make(.synSent, .retransmission, unanswered: 2, unacked: 1), ["syn-unanswered"]),
    ("unread", .make(unread: 10, silent: 4), []),
    ("unread for long", .make(unread: 10, silent: 5), ["unread-input"]),
    ("more has just come", .make(unread: 10, silent: 50, received: 1), []),
    ("window closed", .make(.established, .windowProbe, unanswered: 0, unacked: 99, silent: 1, sent: 4), []),
    (
      "window closed for long", .make(.established, .windowProbe, unanswered: 1, unacked: 99, silent: 1, sent: 5),
      ["stalled-reader"]
    ),
    (
      "window probes without an answer", .make(.established, .windowProbe, unanswered: 3, unacked: 99, silent: 9),
      ["peer-vanished"]
    ),
    ("half closed", .make(.finWait2, silent: 60), ["fin-wait-2"]),
    ("half closed and reading", .make(.finWait2, silent: 600, received: 3), []),
    ("an orphan, young", .make(.finWait2, .timeWait, inode: 0, expires: 56_000), []),
    ("an orphan", .make(.finWait2, .timeWait, inode: 0, expires: 55_000), ["fin-wait-2-orphan"]),
    ("half-way through the handshake", .make(.synReceived, .retransmission, unanswered: 1, inode: 0), []),
    (
      "hanging in the handshake", .make(.synReceived, .retransmission, unanswered: 2, inode: 0),
      ["handshake-unfinished"]
    ),
    ("a queue with room", .make(.listen, unread: 128, unacked: 128), []),
    ("a full queue", .make(.listen, unread: 129, unacked: 128), ["accept-overflow"]),
    ("a listener without a queue, one waits", .make(.listen, unread: 1, unacked: 0), ["accept-overflow"]),
    ("TIME-WAIT", .make(.timeWait, .timeWait, inode: 0, expires: 1000), []),
  ]

  @Test func eachRuleFindsItsOwnAndNothingElse() {
    for row in Self.rows {
      #expect(judged(row.socket).keys.sorted() == row.rules, "\(row.name)")
    }
  }

  /// Everything that a socket can be, with nothing known of it: no rule invents anything.
  @Test func aSocketThatTheKernelSaysNothingOfIsNotSuspected() {
    for state in TCPState.allCases {
      var socket = Socket.make(state)
      socket.info = nil
      #expect(judged(socket).isEmpty, "\(state)")
    }
  }

  @Test func severitiesAndTimes() {
    #expect(judged(.make(silent: 9, inode: 0), isListenedOn: false).isEmpty)
    #expect(judged(.make(silent: 70))["silent-peer"]?.severity == .note)
    #expect(judged(.make(silent: 70))["silent-peer"]?.lasting == 70_000_000_000)
    let leak = judged(.make(.closeWait, unread: 1, silent: 100, sent: 90))["close-wait"]
    #expect(leak == Suspicion(.warning, .certain, lasting: 90_000_000_000, amount: 1))
    #expect(judged(.make(.closeWait, silent: 100))["close-wait"]?.amount == 0)
    let orphan = judged(.make(.finWait2, .timeWait, inode: 0, expires: 20_000))["fin-wait-2-orphan"]
    #expect(orphan?.lasting == 40_000_000_000)
  }

  @Test func everyRuleSaysWhatItMeansAndWhatToDo() {
    #expect(SocketCatalogue.rules.count <= 16)
    #expect(SocketCatalogue.rules[SocketCatalogue.partnerlessNumber].id == "partnerless")
    #expect(Set(SocketCatalogue.rules.map(\.id)).count == SocketCatalogue.rules.count)
    for (number, rule) in SocketCatalogue.rules.enumerated() {
      for count in [1, 3] {
        var group = SuspicionGroup(
          number, process: nil, service: .theirs(Socket().remote), Socket(),
          Suspicion(.note, .likely, lasting: 1, amount: 1))
        for index in 0..<count {
          group.add(index, Socket(), Suspicion(.note, .likely, lasting: 1, amount: 1), many: 50)
        }
        #expect(group.meaning.hasSuffix("."), "\(rule.id)")
        #expect(
          !group.meaning.contains("1 sockets") && !group.meaning.contains("3 socket "), "\(rule.id): \(group.meaning)")
      }
      #expect(!rule.mend.isEmpty && !rule.title.isEmpty)
    }
  }
}
