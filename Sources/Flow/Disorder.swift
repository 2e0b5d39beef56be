internal import Wire

// What is recorded behind its own answer was there before it: two queues, two ports of a tap or two clocks have mixed up the order. By how
// much that is seen, by so much any two packets of the connection may stand the wrong way round.
extension Facts {
  /// The longest time by which a packet is recorded behind its answer, ns; 0 where none is.
  public var disorder: Int64 {
    var most = max(client.lateBy, server.lateBy)
    func note(_ asked: Moment?, _ answer: Moment?) {
      guard let asked, let answer, answer.precedes(asked) else { return }
      let time = asked.time.since(answer.time)
      // Later it may have been sent again, and the capture lacks the first.
      if time < Plausible.leastTimeout { most = max(most, time) }
    }
    if !handshake.simultaneousOpen {
      note(handshake.syn, handshake.synAck)
      note(handshake.synAck, handshake.ack)
    }
    for side in Side.allCases {
      // Nothing is sent before a SYN.
      note(self[side].syn?.first, self[side].first)
      if let fin = self[side].fin, !fin.inferred { note(fin.sent.first, fin.acked) }
    }
    return most
  }
}

extension Trouble {
  /// Data were recorded behind their ACK, and sooner than anybody sends again.
  mutating func noteLate(_ moment: Moment) {
    guard let progress else { return }
    let time = moment.time.since(progress.time)
    if time < Plausible.leastTimeout { lateBy = max(lateBy, time) }
  }
}
