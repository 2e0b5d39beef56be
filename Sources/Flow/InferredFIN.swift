internal import Wire

// A FIN that the capture has not: the peer acknowledged one byte more than the data, or the side went on one higher, and
// nothing came after it (field.md, trap 33).
extension Facts {
  /// Both sides' FINs that must have existed. What was recorded before they were known counted them as data.
  mutating func inferFINs() {
    let ours = client.inferredFIN(peer: server)
    let theirs = server.inferredFIN(peer: client)
    if let ours { client.take(ours) }
    if let theirs { server.take(theirs) }
    for side in Side.allCases {
      guard let fin = self[side].fin, fin.inferred else { continue }
      // Nothing is sent after a RST: the FIN was before it, wherever its proof is.
      self[side].resets?.first.endOwn(at: fin.offset)
      self[side].resets?.first.ownFin = true
      self[side].resets?.effective?.endOwn(at: fin.offset)
      self[side].resets?.effective?.ownFin = true
      self[side.other].resets?.first.endPeer(at: fin.offset)
      self[side.other].resets?.effective?.endPeer(at: fin.offset)
      guard let other = self[side.other].fin else { continue }
      self[side.other].fin?.peerSent = min(other.peerSent, fin.offset)
      self[side.other].fin?.peerAcked = min(other.peerAcked, fin.offset)
    }
  }
}

extension Sender {
  /// The peer acknowledged one byte more than was seen: a FIN, if it is never seen and nothing comes after it.
  mutating func supposeFIN(
    at offset: Int64, _ moment: Moment, acknowledgedBy peer: inout Sender, _ troubles: inout Troubles
  ) {
    var fin = Fin(sent: Burst(at: moment), offset: offset)
    fin.acked = moment
    fin.inferred = true
    fin.peerSent = peer.dataEnd
    fin.peerAcked = min(peer.una, peer.dataEnd)
    fin.peerAckKnown = peer.ackIsKnown
    troubles.records[troubles.of(&self)].fin = fin
    marks.insert(.supposedFIN)
  }
}

extension SideFacts {
  fileprivate func inferredFIN(peer: SideFacts) -> Fin? {
    guard fin == nil, peer.fin != nil || peer.$resets || $resets, sndUna == sndNxt, sndNxt > 0,
      let proof = lastProgress, holes.count > 0
    else { return nil }
    let hole = holes[holes.count - 1]
    guard hole.end == sndNxt else { return nil }
    // What its receiver sent since is known where its ACK was seen at once; and that it is none of the data before it, which are missing too.
    // (Of a side of which nothing is, the last byte is one like the others.)
    if let supposed = supposedFIN, supposed.offset == hole.end - 1,
      hole.length == 1 || (packets > 0 && !mayBeTyped(supposed, hole, peer))
    {
      return supposed
    }
    guard hole.length == 1 || answersAsGone(behind: peer) else { return nil }
    var fin = Fin(sent: Burst(at: proof), offset: hole.end - 1)
    fin.acked = proof
    fin.inferred = true
    fin.peerSent = peer.dataEnd
    fin.peerAcked = min(peer.sndUna, peer.dataEnd)
    fin.peerAckKnown = peer.everAcked || peer.isn != nil
    return fin
  }

  /// It went byte by byte, as who echoes what is typed, and its peer had not closed: one byte more of what is missing may be another.
  private func mayBeTyped(_ supposed: Fin, _ hole: OffsetRange, _ peer: SideFacts) -> Bool {
    guard lastNewData != nil, hole.start - lastNewOffset == 1 else { return false }
    guard let closed = peer.fin?.sent.first, let acked = supposed.acked else { return true }
    return !closed.precedes(acked)
  }

  /// Its peer had closed, and it answers the ACK of all that it sent as who has no such socket any more, and had not aborted: what the capture
  /// lacks of it ends with its FIN.
  private func answersAsGone(behind peer: SideFacts) -> Bool {
    guard packets > 0, peer.fin?.acked != nil, $resets, let resets, !resets.hasLive, let end = resets.effective else {
      return false
    }
    return end.isBare && end.echoes && end.offset == sndNxt
  }

  fileprivate mutating func take(_ inferred: Fin) {
    fin = inferred
    _ = holes.remove(OffsetRange(inferred.offset, inferred.offset + 1))
    missingBytes -= min(1, missingBytes)
    ackedBytes -= min(1, ackedBytes)
  }

  /// One past the last data byte, as an offset: without the FIN.
  public var dataEnd: Int64 { sndNxt - (fin == nil ? 0 : 1) }
}

extension Reset {
  mutating func endOwn(at fin: Int64) {
    ownFin = ownFin || ownSent > fin
    ownFinAcked = ownFinAcked || ownAcked > fin
    ownSent = min(ownSent, fin)
    ownAcked = min(ownAcked, fin)
  }

  mutating func endPeer(at fin: Int64) {
    peerFin = peerFin || peerSent > fin
    peerFinAcked = peerFinAcked || peerAcked > fin
    peerSent = min(peerSent, fin)
    peerAcked = min(peerAcked, fin)
  }
}
