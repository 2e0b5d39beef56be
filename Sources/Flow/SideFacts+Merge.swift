internal import Wire

extension SideFacts {
  /// This side in the whole of two parts.
  func merged(with later: SideFacts, _ joint: StreamJoint, peer: StreamJoint, seam: Seam) -> SideFacts {
    var whole = self
    whole.add(later)
    whole.goOn(with: later)
    whole.origin = joint.origin ?? origin ?? later.origin
    whole.takeStream(joint, everAcked: everAcked || later.everAcked)
    whole.lastNewData = newest(later, joint)
    whole.lastNewOffset += joint.earlierShift
    if whole.lastNewData == later.lastNewData {
      whole.lastNewDataIsNoAlert = later.lastNewDataIsNoAlert
      whole.lastNewOffset = later.lastNewOffset + joint.laterShift
    }
    whole.sackedBytes = later.everAcked ? later.sackedBytes : max(sackedBytes, later.sackedBytes)
    whole.unseenLostBytes = later.everAcked ? later.unseenLostBytes : max(unseenLostBytes, later.unseenLostBytes)
    if later.everAcked, joint.una == later.sndUna + joint.laterShift,
      !everAcked || joint.una > sndUna + joint.earlierShift
    {
      whole.lastProgress = later.lastProgress ?? seam.peerFirst
    }
    whole.syn = syn.map { burst in later.syn.map { burst.joined(with: $0) } ?? burst } ?? later.syn
    whole.fin = mergedFIN(later, joint, peer: peer, seam)
    whole.resets = mergedResets(later, joint, peer: peer, seam)
    // Who keeps alive has heard the ACK.
    let wentOnDeaf = later.keepalivePackets > 0 ? nil : deaf
    whole.deaf = wentOnDeaf.map { burst in later.deaf.map { burst.joined(with: $0) } ?? burst } ?? later.deaf
    whole.stall = mergedStall(later)
    whole.unanswered = mergedRun(later, joint, seam)
    whole.heldUp = later.heldUp ?? (deaf?.isLong == true && whole.deaf == nil ? deaf : mergedHeldUp(later, joint))
    // To be settled anew.
    (whole.ackMissedBytes, whole.lastACKMissed, whole.mayLackACKs) = (0, false, false)
    whole.supposedFIN = nil
    return whole
  }

  private mutating func add(_ later: SideFacts) {
    packets &+= later.packets
    duplicatePackets &+= later.duplicatePackets
    wireBytes &+= later.wireBytes
    sentBytes &+= later.sentBytes
    retransmittedPackets &+= later.retransmittedPackets
    retransmittedBytes &+= later.retransmittedBytes
    outOfOrderPackets &+= later.outOfOrderPackets
    lateBy = max(lateBy, later.lateBy)
    synPackets &+= later.synPackets
    finPackets &+= later.finPackets
    rstPackets &+= later.rstPackets
    keepalivePackets &+= later.keepalivePackets
    zeroWindowPackets &+= later.zeroWindowPackets
    windowProbePackets &+= later.windowProbePackets
    acksLateBy = max(acksLateBy, later.acksLateBy)
    everAcked = everAcked || later.everAcked
    survivedIdle = max(survivedIdle, later.survivedIdle)
    mptcp = mptcp || later.mptcp
    mptcpJoin = mptcpJoin || later.mptcpJoin
    headersCut = headersCut || later.headersCut
    lastDataAfterSilence = lastDataAfterSilence || later.lastDataAfterSilence
    sackNotCaptured = sackNotCaptured || later.sackNotCaptured
    largestSent = max(largestSent, later.largestSent)
    widestWindow = max(widestWindow, later.widestWindow)
    largestAcked = max(largestAcked, later.largestAcked)
  }

  /// What was said first, and what was said last.
  private mutating func goOn(with later: SideFacts) {
    first = first ?? later.first
    last = later.last ?? last
    lastAlive = later.lastAlive ?? lastAlive
    if isn == nil {
      isn = later.isn
      mss = later.mss
      windowScale = later.windowScale
      sackPermitted = later.sackPermitted
      timestamps = later.timestamps
      optionsCut = later.optionsCut
      mptcpUnknown = later.mptcpUnknown
    }
    ttlVaries = ttlVaries || later.ttlVaries || (ttlRange != nil && later.ttlRange != nil && ttl != later.ttl)
    ttl = ttl ?? later.ttl
    if let ours = ttlRange, let theirs = later.ttlRange {
      ttlRange = min(ours.lowerBound, theirs.lowerBound)...max(ours.upperBound, theirs.upperBound)
    } else {
      ttlRange = ttlRange ?? later.ttlRange
    }
    strangeSYN = later.strangeSYN ?? strangeSYN
    guard later.packets > later.rstPackets else { return }
    ipID = later.ipID
    if macHash != later.macHash { macHash = macHash == 0 ? later.macHash : .max }
    lastWindow = later.lastWindow
  }

  private mutating func takeStream(_ joint: StreamJoint, everAcked: Bool) {
    guard joint.origin != nil else { return }
    let acked = min(joint.una, joint.dataEnd)
    sndUna = joint.una
    sndNxt = joint.dataEnd + (joint.fin == nil ? 0 : 1)
    firstOffset = joint.low
    holes = joint.holes
    let unseen = holes.total + holes.forgotten
    payloadBytes = UInt64(max(0, joint.dataEnd - joint.low - unseen))
    missingBytes = UInt64(holes.total(below: acked) + holes.forgotten)
    ackedBytes = UInt64(max(0, acked - joint.low))
    unackedBytes = holes.covered(from: max(acked, joint.low), to: joint.dataEnd)
  }

  /// New to the later part is new to the whole only where it lies beyond the earlier one.
  private func newest(_ later: SideFacts, _ joint: StreamJoint) -> Moment? {
    guard let theirs = later.lastNewData else { return lastNewData }
    guard let ours = lastNewData else { return theirs }
    let laterEnd = later.sndNxt + joint.laterShift - (later.fin == nil ? 0 : 1)
    let earlierEnd = sndNxt + joint.earlierShift - (fin == nil ? 0 : 1)
    return laterEnd > earlierEnd ? theirs : ours
  }

  private func mergedFIN(_ later: SideFacts, _ joint: StreamJoint, peer: StreamJoint, _ seam: Seam) -> Fin? {
    guard var whole = fin ?? later.fin else { return nil }
    if var ours = fin {
      ours.offset += joint.earlierShift
      ours.peerSent += peer.earlierShift
      ours.peerAcked += peer.earlierShift
      if let theirs = later.fin, !theirs.inferred {
        ours.sent = ours.inferred ? theirs.sent : ours.sent.joined(with: theirs.sent)
        ours.inferred = false
      }
      if ours.acked == nil, joint.una > ours.offset {
        ours.acked = later.fin?.acked ?? later.lastProgress ?? seam.peerFirst
      }
      whole = ours
    } else {
      whole.offset += joint.laterShift
      whole.peerSent = max(whole.peerSent + peer.laterShift, seam.peerSent)
      whole.peerAcked = seam.acked(whole.peerAcked + peer.laterShift, isKnown: &whole.peerAckKnown)
    }
    whole.peerSent = min(whole.peerSent, peer.fin ?? .max)
    whole.peerAcked = min(whole.peerAcked, whole.peerSent)
    guard let theirs = later.fin else { return whole }
    if let first = theirs.firstAfter {
      let before = whole.lastAfter ?? whole.sent.first
      whole.longestPause = max(whole.longestPause, theirs.longestPause, first.time.since(before.time))
    }
    if whole.firstAfter == nil {
      whole.firstAfter = theirs.firstAfter
      whole.firstAfterLength = theirs.firstAfterLength
      whole.firstAfterAcksFin = theirs.firstAfterAcksFin
    }
    whole.lastAfter = theirs.lastAfter ?? whole.lastAfter
    return whole
  }

  private func mergedStall(_ later: SideFacts) -> Stall? {
    guard var ours = stall else { return later.stall }
    guard var theirs = later.stall else {
      if ours.reopened == nil, later.packets > later.rstPackets, let reopened = later.first {
        ours.reopened = reopened
        ours.longest = max(ours.longest, reopened.time.since(ours.since.time))
      }
      return ours
    }
    if ours.reopened == nil, theirs.since == later.first {
      theirs.since = ours.since
      theirs.longest = max(theirs.longest, (theirs.reopened ?? theirs.last).time.since(ours.since.time))
    }
    theirs.longest = max(theirs.longest, ours.longest)
    return theirs
  }

  /// What this part still repeated, and the later one has acknowledged.
  private func mergedHeldUp(_ later: SideFacts, _ joint: StreamJoint) -> Burst? {
    let isAcked = later.everAcked && joint.una > sndUna + joint.earlierShift
    return unanswered.flatMap { isAcked && $0.isHeldUp ? $0.sent : nil } ?? heldUp
  }

  private func mergedRun(_ later: SideFacts, _ joint: StreamJoint, _ seam: Seam) -> Unanswered? {
    let stood = everAcked ? sndUna + joint.earlierShift : nil
    let moved = later.everAcked && (stood.map { joint.una > $0 } ?? true)
    guard var ours = unanswered, !moved else {
      guard moved, later.unanswered == nil, joint.una < joint.dataEnd, let since = lastNewData else {
        return later.unanswered
      }
      // Some of what the earlier part sent still waits.
      var rest = Unanswered(
        kind: .data, sent: Burst(at: since),
        length: UInt32(clamping: min(joint.dataEnd - joint.una, Int64(largestSent))),
        idleBefore: 0)
      rest.hear(seam.peerPackets, seam.peerLastAlive)
      return rest
    }
    let asksForLife = ours.kind != .data && ours.kind != .fin && ours.kind != .synAck
    if asksForLife, seam.peerPackets > 0 { return later.unanswered }
    guard let theirs = later.unanswered else {
      ours.hear(seam.peerPackets, seam.peerLastAlive)
      return ours
    }
    let heardBefore = ours.peerPackets > 0 || ours.sinceHeard != nil
    let rest = ours.sinceHeard
    ours.hear(seam.peerPackets, seam.peerLastAlive)
    if ours.kind == theirs.kind {
      ours.sent = ours.sent.joined(with: theirs.sent)
      if theirs.peerPackets > 0 || theirs.sinceHeard != nil {
        ours.sinceHeard = theirs.sinceHeard
      } else if seam.peerPackets > 0 {
        ours.sinceHeard = theirs.sent
      } else if heardBefore {
        ours.sinceHeard = rest?.joined(with: theirs.sent) ?? theirs.sent
      }
    }
    ours.movedOn = ours.movedOn || theirs.movedOn
    ours.peerSpoke = ours.peerSpoke || theirs.peerSpoke
    return ours
  }
}

extension Unanswered {
  fileprivate mutating func hear(_ packets: UInt64, _ last: Moment?) {
    if packets > 0 {
      sinceHeard = nil
      movedOn = false
    }
    peerPackets = UInt32(clamping: UInt64(peerPackets) + packets)
    lastPeer = last ?? lastPeer
  }
}
