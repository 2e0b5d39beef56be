internal import Flow
internal import Wire

/// Why who hung up may have lost patience: what did not get through before. The path, or the peer's host, is as good a suspect then.
enum Impatience {
  /// What the peer repeated to the end, and nobody answered: on one of the two ways nothing arrives.
  case unanswered(Unanswered)
  /// Its own latest data had to be sent again and again before they were acknowledged, or before it heard that.
  case heldUp(Burst)
  /// For a second and more it had waited for what the path lost: more had come that lay behind it. Since when, and whether that is when
  /// it acknowledged something new last.
  case gap(since: Moment, isProgress: Bool)
  /// Much of what the peer sent had to be sent again.
  case crawl
  /// Its last data came to the capture behind a silence, and its FIN right behind them, both perhaps sent before, in vain.
  case late
}

extension Abort {
  func findImpatience() -> Impatience? {
    guard forgery.confidence == nil, !wasShot else { return nil }
    if let run = peerUnanswered { return .unanswered(run) }
    if let burst = heldUp { return .heldUp(burst) }
    if isBehindGap, let since = theirs.lastProgress ?? theirs.lastNewData,
      hungUpAt.since(since.time) >= thresholds.midStream
    {
      return .gap(since: since, isProgress: theirs.lastProgress != nil)
    }
    if peerCrawls { return .crawl }
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
    guard let burst = own.heldUp ?? own.deaf, let data = own.lastNewData, burst.count > 2, !burst.last.precedes(data)
    else { return nil }
    let delay = hungUpAt.since(burst.last.time)
    return delay < recent || delay / 5 * 2 < burst.lastGap ? burst : nil
  }

  /// When it closed, or reset what it had not closed.
  private var hungUpAt: Timestamp { own.fin.map { min($0.sent.first.time, reset.moment.time) } ?? reset.moment.time }

  /// Of the peer's data it has some that lie behind others, which it has not.
  private var isBehindGap: Bool {
    reset.peerSacked > 0 || (0..<theirs.holes.count).contains { theirs.holes[$0].end > theirs.sndUna }
  }

  private var peerCrawls: Bool {
    theirs.retransmittedPackets >= thresholds.crawlingPackets
      && theirs.retransmittedBytes >= theirs.sentBytes / thresholds.crawlingShare
  }

  /// Where the capture stands at its place, it would have what was sent in vain.
  private var isLate: Bool {
    guard own.lastDataAfterSilence, !facts.standsAt(side), let fin = own.fin, let data = own.lastNewData else {
      return false
    }
    return fin.sent.first.time.since(data.time) < thresholds.midStream
  }

  // MARK: In words

  /// What there was before it hung up.
  func circumstance(_ impatience: Impatience) -> String {
    switch impatience {
    case .unanswered: "nothing of the \(peer.name) had been answered for a while"
    case .heldUp(let burst): "its own data had been sent \(count(burst.count, "time")) over \(duration(burst.span))"
    case .gap(let since, _):
      "a gap in the \(peer.name)'s data had kept it waiting for \(duration(hungUpAt.since(since.time)))"
    case .crawl: "\(count(theirs.retransmittedPackets, "packet")) of the \(peer.name) had to be sent again"
    case .late: "its own last data came behind a long silence"
    }
  }

  func suspects(_ impatience: Impatience) -> [Party] {
    switch impatience {
    case .unanswered: facts.standsAt(side) ? [side.party, .path] : [.path, side.party]
    case .heldUp: [.path, peer.party, side.party]
    case .gap, .crawl: [.path, side.party]
    case .late: [side.party, .path]
    }
  }

  func evidence(_ impatience: Impatience) -> [Evidence] {
    switch impatience {
    case .unanswered(let run):
      [Evidence(run.sent.last, peer, "\(run.what), the \(ordinal(run.sent.count)) time, and no answer")]
    case .heldUp(let burst):
      [
        Evidence(burst.first, side, "its data, the first time"),
        Evidence(burst.last, side, "the same, the \(ordinal(burst.count)) time"),
      ]
    case .gap(let since, let isProgress):
      [
        isProgress
          ? Evidence(since, side, "acknowledges what lies before a gap") : Evidence(since, peer, "beyond a gap")
      ]
    case .crawl, .late: []
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
    case .gap, .crawl:
      "find what loses packets between \(peer.name) and \(side.name): big ones only, one direction only, or all"
    case .late:
      "capture at the \(side.name)'s side too: if it sends its last data again and again there, the path was at fault; else"
        + " the \(side.name) must read until end of file before close()"
    }
  }
}
