internal import Flow
internal import Wire

/// Why who hung up may have lost patience: what did not get through before. The path, or the peer's host, is as good a suspect then.
enum Impatience {
  /// What the peer repeated to the end, and nobody answered: on one of the two ways nothing arrives.
  case unanswered(Unanswered)
  /// Its own latest data, or its FIN, had to be sent again and again before they were acknowledged, or before it heard that.
  case heldUp(Burst)
  /// The same of the peer's data, until right before.
  case peerHeldUp(Burst)
  /// For a second and more it had waited for what the path lost: data that lie behind it had come, then.
  case gap(Moment)
  /// Much of what the peer sent had to be sent again, and what was under way in the end too.
  case crawl(Unanswered)
  /// Its last data came to the capture behind a silence, and its FIN right behind them, both perhaps sent before, in vain.
  case late
}

extension Abort {
  func findImpatience() -> Impatience? {
    guard forgery.confidence == nil, !wasShot else { return nil }
    if let run = peerUnanswered { return .unanswered(run) }
    if let burst = heldUp ?? repeatedFIN { return .heldUp(burst) }
    if let burst = theirs.heldUp, burst.last.time <= hungUpAt, hungUpAt.since(burst.last.time) < recent {
      return .peerHeldUp(burst)
    }
    if let beyond = theirs.lastNewData, isBehindGap, hungUpAt.since(beyond.time) >= thresholds.midStream {
      return .gap(beyond)
    }
    if let run = peerCrawls { return .crawl(run) }
    return isLate ? .late : nil
  }

  /// Nothing of the other way was heard, or may have been.
  private var peerUnanswered: Unanswered? {
    guard let whole = theirs.unanswered, whole.kind == .data else { return nil }
    if let run = whole.silentPart, !run.movedOn, run.sent.count > 2, run.sent.last.precedes(reset.moment) { return run }
    return isBehind(whole) ? whole : nil
  }

  /// It closed while that was sent again and again, and has said nothing new but that.
  private func isBehind(_ run: Unanswered) -> Bool {
    guard !run.movedOn, let fin = own.fin, !fin.inferred, own.lastNewData.map({ $0.precedes(run.sent.first) }) ?? true
    else { return false }
    return run.sent.count - (run.sinceHeard?.count ?? 0) > 2
      && fin.sent.first.time.since(run.sent.first.time) >= thresholds.midStream
  }

  /// By the time its latest data were heard of it had given up: it closes soon, or while it backs off (RFC 6298 §5.5), or resets what
  /// answers them.
  private var heldUp: Burst? {
    let latest = [own.heldUp, own.deaf].compactMap(\.self).max { $0.last.precedes($1.last) }
    guard let burst = latest, let data = own.lastNewData, burst.count > 2, !burst.last.precedes(data) else {
      return nil
    }
    let delay = hungUpAt.since(burst.last.time)
    return delay < recent || delay / 5 * 2 < burst.lastGap ? burst : nil
  }

  /// Nothing was heard for so long that it sent its FIN three times and more.
  private var repeatedFIN: Burst? {
    guard let fin = own.fin, !fin.inferred, fin.sent.count > 2, fin.sent.span >= thresholds.midStream,
      fin.acked.map({ fin.sent.last.precedes($0) }) ?? true
    else { return nil }
    return fin.sent
  }

  /// When it closed, or reset what it had not closed.
  private var hungUpAt: Timestamp { own.fin.map { min($0.sent.first.time, reset.moment.time) } ?? reset.moment.time }

  /// The peer's latest data lie behind others that have not come.
  private var isBehindGap: Bool {
    if reset.peerSacked > 0 { return true }
    return (0..<theirs.holes.count).contains {
      theirs.holes[$0].end > theirs.sndUna && theirs.holes[$0].end <= theirs.lastNewOffset
    }
  }

  private var peerCrawls: Unanswered? {
    guard let run = theirs.unanswered, run.kind == .data, run.sent.count > 1, run.sent.last.precedes(reset.moment),
      theirs.retransmittedPackets >= thresholds.crawlingPackets,
      theirs.retransmittedBytes >= theirs.sentBytes / thresholds.crawlingShare
    else { return nil }
    return run
  }

  /// Where the capture stands at its place, it would have what was sent in vain.
  private var isLate: Bool {
    guard own.lastDataAfterSilence, !facts.standsAt(side), let fin = own.fin, let data = own.lastNewData else {
      return false
    }
    // What is repeated after a silence goes alone (RFC 5681 §3.1), and the FIN with it or when it was acknowledged.
    let delay = fin.sent.first.time.since(data.time)
    return fin.sent.first == data || (delay >= facts.roundTrip ?? 0 && delay < thresholds.midStream)
  }

  // MARK: In words

  /// What there was before it hung up.
  func circumstance(_ impatience: Impatience) -> String {
    switch impatience {
    case .unanswered: "nothing of the \(peer.name) had been answered for a while"
    case .heldUp(let burst): "what it said itself had been sent again and again, over \(duration(burst.span))"
    case .peerHeldUp(let burst):
      "the \(peer.name)'s data had been sent again and again, over \(duration(burst.span))"
    case .gap(let beyond):
      "a gap in the \(peer.name)'s data had kept it waiting for \(duration(hungUpAt.since(beyond.time)))"
    case .crawl: "\(count(theirs.retransmittedPackets, "packet")) of the \(peer.name) had to be sent again"
    case .late: "its own last data came behind a long silence"
    }
  }

  func suspects(_ impatience: Impatience) -> [Party] {
    switch impatience {
    case .unanswered: facts.standsAt(side) ? [side.party, .path] : [.path, side.party]
    case .heldUp: [.path, peer.party, side.party]
    case .peerHeldUp, .gap, .crawl: [.path, side.party]
    case .late: [side.party, .path]
    }
  }

  func evidence(_ impatience: Impatience) -> [Evidence] {
    switch impatience {
    case .unanswered(let run), .crawl(let run):
      [Evidence(run.sent.last, peer, "\(run.what), the \(ordinal(run.sent.count)) time, and no answer")]
    case .heldUp(let burst):
      [
        Evidence(burst.first, side, "what it sends again and again"),
        Evidence(burst.last, side, "the same once more"),
      ]
    case .peerHeldUp(let burst):
      [
        Evidence(burst.first, peer, "what it sends again and again"),
        Evidence(burst.last, peer, "the same once more"),
      ]
    case .gap(let beyond): [Evidence(beyond, peer, "beyond a gap")]
    case .late: []
    }
  }

  func mend(_ impatience: Impatience) -> String {
    switch impatience {
    case .unanswered:
      "capture at the \(side.name)'s side too: if what the \(peer.name) repeats arrives there, its host or its application"
        + " is at fault, else the path"
    case .heldUp:
      "find what let nothing through for so long: capture at the \(peer.name)'s side too, and if the \(side.name)'s data"
        + " arrived there at once the \(peer.name)'s host or the way back is at fault, else the path"
    case .peerHeldUp, .gap, .crawl:
      "find what loses packets between \(peer.name) and \(side.name): big ones only, one direction only, or all"
    case .late:
      "capture at the \(side.name)'s side too: if it sends its last data again and again there, the path was at fault; else"
        + " the \(side.name) must read until end of file before close()"
    }
  }
}
