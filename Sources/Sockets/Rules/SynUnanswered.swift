internal import Audit
internal import Flow

let synUnanswered = SocketRule(
  id: "syn-unanswered", title: "a connection is asked for, and nobody answers", severityOfMany: nil,
  judge: { socket, _ in
    // Twice sent again: three seconds.
    guard socket.state == .synSent, socket.unanswered >= 2 else { return nil }
    return Suspicion(.error, .certain, lasting: 3_000_000_000, amount: UInt64(socket.unanswered) + 1)
  },
  meaning: { group in
    "\(Numeral.count(group.amount, "SYN was", "SYNs were")) sent for \(Numeral.count(group.count, "connection")), and none was answered, "
      + "not even by a refusal."
  },
  mend: "check address and port, routes, and firewalls that drop in silence; is the host up?")
