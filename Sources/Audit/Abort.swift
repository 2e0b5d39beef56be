internal import Flow
internal import Wire

/// The RST that ended an established connection before both ends had closed it, with what every rule about it asks.
///
/// A class: facts are large, and most connections end otherwise. Made once, for all rules that ask.
final class Abort {
  /// Whose RST it claims to be.
  let side: Side
  let reset: Reset
  let forgery: Forgery
  /// What its side and the peer sent: kept once, for each asking by name would copy a side, and it is asked for thirty times.
  let own: SideFacts
  let theirs: SideFacts
  let facts: Facts
  let thresholds: Thresholds
  private let surroundings: Surroundings

  /// nil where no RST took effect, where both FINs were acknowledged before, and while the handshake was not complete.
  init?(_ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds) {
    guard let (side, reset) = facts.abort, facts.wasEstablished, !reset.isAfterClose, !reset.isMalformed,
      !facts.answersNothing(side, reset)
    else { return nil }
    self.side = side
    self.reset = reset
    self.facts = facts
    own = facts[side]
    theirs = facts[side.other]
    self.surroundings = surroundings
    forgery = Forgery(of: reset, from: side, facts, surroundings, thresholds)
    self.thresholds = thresholds
  }

  var peer: Side { side.other }

  /// Data on the wire that nobody acknowledged, bytes: the resetting side's and its peer's.
  var ownLost: UInt64 { own.lostBytes }
  var peerLost: UInt64 { theirs.lostBytes }

  /// Of the peer's data, what no packet had acknowledged before and this RST does, bytes: it arrived, and was thrown away
  /// unread, or read sooner than a delayed ACK goes out. Nothing of a RST that somebody else may have sent.
  private(set) lazy var peerUnread = findPeerUnread()

  private func findPeerUnread() -> Int64 {
    guard forgery.confidence == nil, let arrived = acknowledged else { return 0 }
    // What was selectively acknowledged below that has been counted as arrived.
    let known = arrived >= reset.peerSent ? reset.peerSacked : 0
    return min(max(0, arrived - reset.peerAcked - known), Int64(clamping: peerLost))
  }

  /// How much of the peer's data it acknowledges, as an offset: what was recorded behind it, too, as two interfaces or two queues
  /// of one may have it.
  private lazy var acknowledged = findAcknowledged()
  /// Of the peer's data some were recorded behind it that it acknowledges.
  private lazy var isRecordedEarly = acknowledged.map { $0 > reset.peerSent } ?? false

  private func findAcknowledged() -> Int64? {
    guard let offset = reset.acknowledged(of: theirs) else { return nil }
    let isKnown = offset <= theirs.dataEnd + (theirs.fin == nil ? 0 : 1)
    return min(offset, isKnown ? theirs.dataEnd : reset.peerSent)
  }

  /// The peer's latest data before it, and whether they are later than its sender's own.
  var peerLastData: Moment? { isRecordedEarly ? theirs.lastNewData : reset.peerLastData }
  private var peerSpokeLast: Bool { isRecordedEarly || reset.peerSpokeLast }

  /// It only ends a run of repetitions that nobody answered: its sender has given up, and what ended the connection is the
  /// silence before.
  private(set) lazy var endsSilence = facts.silenceEnded(by: side, surroundings, thresholds)

  /// It was repeating itself, and that is no finding about a silence: the peer, or the path to it, may be why it hung up.
  var wasUnanswered: Bool {
    guard let run = own.unanswered, run.kind == .data || run.kind == .fin, run.sent.count > 1,
      run.sent.last.precedes(reset.moment)
    else { return false }
    // A FIN alone goes out without an ACK for anything before it.
    guard !run.movedOn || (own.fin != nil && run.ahead == own.dataEnd) else { return false }
    // Whatever else the peer says: what is sent for the third time does not arrive, or its ACK does not.
    return run.peerPackets == 0 || run.sent.count > 2
  }

  /// Why its sender may have lost patience; nil where nothing tells.
  private(set) lazy var impatience = findImpatience()

  /// What the peer waits for never came this far, for a second and more: the path lost it before the capture, and may be why it hung up.
  var isBehindLoss: Bool {
    guard own.everAcked, let data = reset.ownLastData, reset.moment.time.since(data.time) >= thresholds.midStream else {
      return false
    }
    return (0..<own.holes.count).contains { own.holes[$0].start <= own.sndUna && own.sndUna < own.holes[$0].end }
  }

  /// The resetting side was sending: its data are the newest, and younger than max(1 s, 2 round trips).
  func wasSending(_ thresholds: Thresholds) -> Bool {
    // After the peer's FIN nothing is cut but an answer to it, which is half-close-truncated.
    guard !reset.ownFin, !reset.peerFin, !own.lastACKMissed, !peerSpokeLast, let data = reset.ownLastData else {
      return false
    }
    guard isRecent(data, thresholds) else { return false }
    // It acknowledges what nobody saw: that may be the answer to them, if they end as a question does.
    if reset.ownSent == reset.ownAcked, forgery.confidence == nil, !facts.endsWhole(side),
      reset.acknowledgesMore(than: theirs)
    {
      return false
    }
    return forgery.confidence != nil || !facts.hadSentAll(side, before: reset, thresholds)
  }

  func isRecent(_ moment: Moment, _ thresholds: Thresholds) -> Bool {
    reset.moment.time.since(moment.time) < recent
  }

  /// How long before something else cannot be its reason, ns.
  var recent: Int64 { max(thresholds.midStream, thresholds.midStreamRoundTrips * (facts.roundTrip ?? 0)) }

  /// The peer's data that the resetting side had not answered when it reset.
  var unansweredData: Moment? {
    guard let data = peerLastData else { return nil }
    // What it sent last is not in the capture: it may have been the answer, unless the peer's data acknowledge it.
    if own.endsInHole, own.lastProgress.map({ data.precedes($0) }) ?? true { return nil }
    return peerSpokeLast ? data : nil
  }

  /// The last that the peer said is a farewell and wants no answer: a TLS alert; a few bytes right before its FIN that only this RST
  /// acknowledges, or that close a talk; less than any request takes.
  func isToldGoodbye(_ thresholds: Thresholds) -> Bool {
    guard let last = peerLastData, last == theirs.lastNewData else { return false }
    let length = theirs.dataEnd - theirs.lastNewOffset
    let unacked = reset.peerSent - reset.peerAcked
    // Behind the FIN of who may be the client a few bytes may be a request.
    let isEnd = reset.peerFin && facts.rolesKnown
    if isEnd, unacked > 0, unacked <= thresholds.goodbyeBytes { return true }
    guard reset.ownSent > 0 else { return false }
    if TLSAlert.isLengthOfOne(length), !theirs.lastNewDataIsNoAlert { return true }
    return length <= (isEnd ? thresholds.goodbyeBytes : thresholds.leastRequest)
  }

  /// The RST's own ACK number says that all of the peer's data had arrived: its sender did not want them.
  var acknowledgesAll: Bool {
    guard reset.flags.contains(.ack), let origin = theirs.origin else { return false }
    let end = origin.advanced(by: Int(truncatingIfNeeded: theirs.dataEnd))
    return reset.acknowledgment.distance(from: end) >= 0
  }

  /// All that the peer had sent it acknowledges, and that was sent longer before than anybody waits with an ACK: which is what the capture lacks.
  var acknowledgesOld: Bool {
    guard forgery.confidence == nil, let arrived = reset.acknowledged(of: theirs), arrived >= reset.peerSent,
      let last = theirs.lastAlive, last.precedes(reset.moment)
    else { return false }
    return reset.moment.time.since(last.time) > thresholds.latestACK + (facts.roundTrip ?? 0)
  }

  /// Who ended it: the resetting side, unless somebody else sent the RST in its name.
  var suspects: [Party] {
    if forgery.confidence != nil || wasShot { return [.path] }
    // Of a side that was never heard but by RSTs nothing tells that they are its own.
    let isHeard = own.packets > own.rstPackets && !forgery.isOfUnknownOrigin && !forgery.isInDoubt
    if isHeard, wasNeverLetIn { return [side.party, .path, peer.party] }
    return isHeard && !isEchoAlone ? [side.party] : [side.party, .path]
  }

  /// The answer of who has no such socket, though nothing shows that its side closed.
  var isEcho: Bool { reset.isBare && reset.echoes && !reset.ownFin && own.resets?.hasLive == false }

  /// And nothing explains it, though its side was alive a moment ago: its own abort is missing in the capture, or another host has its
  /// address now.
  var isEchoAlone: Bool { isEcho && !closedUnsent }

  /// Its sender had closed with more to send, and met new data of the peer.
  private(set) lazy var closedUnsent = metDataAfterClose()

  /// Somebody had reset its sender in the peer's name: it only answers what still comes.
  private(set) lazy var wasShot = findShot()

  private func findShot() -> Bool {
    guard isEcho, forgery.confidence == nil, let told = theirs.resets?.first,
      facts.answerOfGone(side, behind: told, of: peer, thresholds) != nil
    else { return false }
    return Forgery(of: told, from: peer, facts, surroundings, thresholds).confidence != nil
  }

  /// How sure it can be that its loss came by it: as much as of who sent it, and where one packet behind it may be talk, or it is a bare one
  /// alone, no more than likely.
  var surest: Confidence { forgery.confidence ?? (forgery.isInDoubt || isEcho ? .likely : .certain) }

  /// The server goes on with its SYN-ACK behind what only who has had it sends, and has said nothing else: it did not let the client in, or
  /// hears nothing of it, and whoever gives up then has a reason.
  private(set) lazy var wasNeverLetIn = findRefusedEntry()

  private func findRefusedEntry() -> Bool {
    let answered = UInt64(own.resets?.peerAfter?.count ?? 0)
    guard side == .client, let synAck = theirs.syn?.last, own.sndUna <= 0, synAck.precedes(reset.moment),
      theirs.packets <= theirs.synPackets + theirs.rstPackets + answered,
      facts.handshake.fastOpenBytes == 0
    else { return false }
    // Data that the ACK of a SYN-ACK stands behind were sent in answer to one before it.
    if own.holes.count > 0, own.holes[0].start <= 0, facts.handshake.ack.map({ synAck.precedes($0) }) == true {
      return true
    }
    let sent = [own.lastNewData, own.isn == nil ? own.first : nil, facts.handshake.ack].compactMap(\.self)
    return sent.contains { synAck.time.since($0.time) > thresholds.overtaken }
  }

  /// What to do about one.
  var mendOfEcho: String {
    "the \(side.name)'s own abort is missing in the capture, or another host has its address now: a capture at its side tells which"
  }

  /// By how much the RST's window falls short of the widest that its sender offered, bytes: what lies unread in its buffer
  /// closes the window, and what is read opens it again. 0 where the RST is not a live socket's, or the scale not known.
  var windowShortBy: Int64 {
    guard reset.looksLive, reset.window > 0, own.widestWindow > reset.window else { return 0 }
    let scales = facts.client.windowScale != nil && facts.server.windowScale != nil
    guard own.isn != nil, theirs.isn != nil else { return 0 }
    if !scales, own.optionsCut || theirs.optionsCut { return 0 }
    let units = Int64(own.widestWindow - reset.window)
    let unread = units << (scales ? Int64(min(own.windowScale ?? 0, 14)) : 0)
    // One unit may be rounding; and what never came can't lie there.
    return units > 1 && unread <= reset.peerSent + Int64(own.mss ?? 0) ? unread : 0
  }

  /// RSTs of that side that answer what still arrived.
  var echoes: Int64 { Int64(own.resets?.echoCount ?? 0) - (reset.echoes ? 1 : 0) }

  /// The answer of a kernel that has no such socket, and no abort before it: the connection was dead already (`half-open`).
  var isOfNoSocket: Bool { forgery.confidence == nil && facts.resetOfNoSocket(side, thresholds) != nil }

  /// "server: RST", or "RST in the server's name".
  var what: String {
    forgery.confidence == nil ? (reset.flags.contains(.ack) ? "RST+ACK" : "RST") : "RST in the \(side.name)'s name"
  }
}

extension Reset {
  /// It carries the ACK number that the peer sent last, or the one before its sender's FIN was acknowledged.
  var echoesNewest: Bool { echoes && offset >= ownAcked }

  /// Both FINs were acknowledged when it came: harmless.
  var isAfterClose: Bool { ownFin && ownFinAcked && peerFin && peerFinAcked }
}

extension Facts {
  /// There was no connection: a packet without ACK (a FIN, a NULL probe) met a kernel without that socket, which answers
  /// with RST+ACK and sequence number 0 (RFC 9293 §3.10.7.1).
  func answersNothing(_ side: Side, _ reset: Reset) -> Bool {
    guard handshake.syn == nil, handshake.synAck == nil, self[side].packets == self[side].rstPackets else {
      return false
    }
    return reset.flags.contains(.ack) && reset.sequence.rawValue == 0 && reset.window == 0
  }

  /// What `side` had repeated into silence when it gave up by RST is a finding about that silence; or about the RSTs of its peer, or
  /// the ACKs, that it did not hear.
  func silenceEnded(by side: Side, _ surroundings: Surroundings, _ thresholds: Thresholds) -> Bool {
    if UnheardReset(of: side.other, self, surroundings, thresholds) != nil { return true }
    if deafSide(surroundings, thresholds)?.0 == side { return true }
    let silence =
      Silence.ofData(self, surroundings, thresholds) ?? Silence.ofKeepalives(self, surroundings, thresholds)
    return silence?.speaker == side && !repeatsSYNACK(side.other)
  }

  /// Nothing of the handshake is in the capture: what came before its first packet nobody knows.
  var isMetLater: Bool { handshake.syn == nil && handshake.synAck == nil }

  /// Past the handshake, or met later.
  var wasEstablished: Bool {
    handshake.ack != nil || isMetLater
      || (client.everAcked && client.sndUna > 0 && server.everAcked && server.sndUna > 0)
  }
}

extension SideFacts {
  /// On the wire, never acknowledged and not selectively acknowledged either.
  var lostBytes: UInt64 { unackedBytes - min(unackedBytes, sackedBytes + ackMissedBytes) + unseenLostBytes }

  /// The last that it sent is not in the capture.
  var endsInHole: Bool { holes.count > 0 && holes[holes.count - 1].end == sndNxt }
}
