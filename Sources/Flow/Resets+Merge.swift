internal import Wire

// RSTs of both parts, and what went on after those of the earlier one.
extension SideFacts {
  func mergedResets(_ later: SideFacts, _ joint: StreamJoint, peer: StreamJoint, _ seam: Seam) -> Resets? {
    var theirs = later.resets
    let echoed = theirs?.first.echoes ?? false
    theirs?.first.move(joint, peer, later: true, own: self, seam)
    if theirs?.first.echoes == true, !echoed { theirs?.echoCount += 1 }
    theirs?.effective?.move(joint, peer, later: true, own: self, seam)
    if let echo = theirs?.lowestEcho { theirs?.lowestEcho = echo + joint.laterShift }
    if let echo = theirs?.highestEcho { theirs?.highestEcho = echo + joint.laterShift }
    guard var whole = resets else { return theirs }
    whole.first.move(joint, peer, later: false, own: self, seam)
    whole.effective?.move(joint, peer, later: false, own: self, seam)
    if let echo = whole.lowestEcho { whole.lowestEcho = echo + joint.earlierShift }
    if let echo = whole.highestEcho { whole.highestEcho = echo + joint.earlierShift }
    whole.hearAfter(later, seam, joint, peer: peer)
    guard let theirs else { return whole }
    whole.last = theirs.last
    whole.count = whole.count &+ min(theirs.count, .max - whole.count)
    whole.echoCount = whole.echoCount &+ min(theirs.echoCount, .max - whole.echoCount)
    var echoes = [whole.lowestEcho, theirs.lowestEcho].compactMap(\.self)
    if theirs.first.echoes { echoes.append(theirs.first.offset) }
    whole.lowestEcho = echoes.min()
    whole.hasLive = whole.hasLive || theirs.hasLive
    whole.noteLive(theirs.first, within: ttlRange)
    whole.lateACK = Resets.later(whole.lateACK, theirs.lateACK)
    whole.highestEcho = [whole.highestEcho, theirs.highestEcho].compactMap(\.self).max()
    whole.wasNotTaken = whole.wasNotTaken || theirs.wasNotTaken
    if whole.endedByEcho(of: theirs.first, within: ttlRange) {
      whole.end(byAbort: theirs.first)
      whole.take(theirs)
    } else if whole.effective == nil, let effective = theirs.effective, !(whole.hidesEchoes && effective.echoes) {
      whole.end(by: effective)
      whole.take(theirs)
    }
    return whole
  }
}

extension Resets {
  /// What was seen behind the RST that ended it, where that lies in the later part.
  fileprivate mutating func take(_ theirs: Resets) {
    ownAfter = theirs.ownAfter
    peerAfter = theirs.peerAfter
    ownStale = theirs.ownStale
    peerMovedOn = theirs.peerMovedOn
  }

  /// What the later part holds that is no RST came after it.
  fileprivate mutating func hearAfter(_ later: SideFacts, _ seam: Seam, _ joint: StreamJoint, peer: StreamJoint) {
    let own = later.packets - min(later.rstPackets, later.packets)
    let isAnotherAttempt = seam.peerBegins && (effective ?? first).isRefusal
    if isAnotherAttempt {
      // What was sent answers that.
    } else if isLife(of: own, later, joint, peer: peer, seam) {
      ownAfter = Resets.after(ownAfter, own, later.first, later.lastAlive)
    } else {
      ownStale = UInt8(clamping: UInt64(ownStale) + own)
    }
    let before = peerAfter?.last
    peerAfter = Resets.after(peerAfter, seam.peerPackets, seam.peerFirst, seam.peerLastAlive)
    guard seam.peerPackets > 0, let heard = seam.peerLastAlive else { return }
    let told = (effective ?? first).moment
    guard heard.time.since(told.time) > seam.patience, seam.pause(after: before ?? told) > seam.patience else { return }
    peerMovedOn = true
    guard effective != nil else { return }
    effective = nil
    guard !isAnotherAttempt else { return }
    wasNotTaken = true
    if first.moment == told { first.verdict = ownAfter == nil ? .unknown : .challenged }
  }

  /// As `Shared.isLife`, as far as it can be told of a part as a whole.
  private func isLife(
    of packets: UInt64, _ later: SideFacts, _ joint: StreamJoint, peer: StreamJoint, _ seam: Seam
  ) -> Bool {
    guard packets > 0, let last = later.lastAlive else { return false }
    let told = effective ?? first
    let end = later.hasStream ? later.sndNxt + joint.laterShift : .min
    if ownAfter != nil || end > told.reach || peer.una > told.knownAcked { return true }
    return last.time.since(told.moment.time) > seam.patience
  }

  private static func after(_ known: Burst?, _ count: UInt64, _ first: Moment?, _ last: Moment?) -> Burst? {
    guard count > 0, let last else { return known }
    var more = Burst(at: count > 1 ? first ?? last : last)
    if count > 1 { more.repeated(at: last) }
    more.count = UInt32(clamping: count)
    return known?.joined(with: more) ?? more
  }
}

extension Reset {
  /// Its offsets in the whole streams; and, for one of the later part, what only the earlier one knew.
  fileprivate mutating func move(
    _ joint: StreamJoint, _ peer: StreamJoint, later: Bool, own: SideFacts, _ seam: Seam
  ) {
    let ownShift = later ? joint.laterShift : joint.earlierShift
    let peerShift = later ? peer.laterShift : peer.earlierShift
    offset = joint.offset(of: sequence) ?? offset
    ownSent += ownShift
    ownAcked += ownShift
    peerSent += peerShift
    peerAcked += peerShift
    guard later else { return }
    if own.hasStream {
      let before = own.sndUna + joint.earlierShift
      ownSent = max(ownSent, own.dataEnd + joint.earlierShift)
      ownAcked = ownAckKnown ? max(ownAcked, before) : before
      ownAckKnown = ownAckKnown || own.everAcked || own.isn != nil
    }
    peerSent = max(peerSent, seam.peerSent)
    peerAcked = seam.acked(peerAcked, isKnown: &peerAckKnown)
    if let fin = own.fin.map({ $0.offset + joint.earlierShift }) {
      ownFin = true
      endOwn(at: fin)
    }
    if let fin = seam.peerFIN {
      peerFin = true
      endPeer(at: fin)
    }
    ownAcked = min(ownAcked, ownSent)
    peerAcked = min(peerAcked, peerSent)
    if ownLastData == nil, peerLastData == nil, let theirs = seam.peerLastData {
      peerSpokeLast = own.lastNewData.map { $0.precedes(theirs) } ?? true
    }
    ownLastData = ownLastData ?? own.lastNewData
    peerLastData = peerLastData ?? seam.peerLastData
    if moment == seam.laterStart { idleBefore = max(idleBefore, seam.silence) }
    guard provoked == nil, let before = seam.peerLast else { return }
    provoked = before
    delay = max(0, moment.time.since(before.time))
    echoes = !flags.contains(.ack) && offset <= ownAcked + (ownFinAcked ? 1 : 0)
  }
}
