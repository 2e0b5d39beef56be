internal import Wire

extension Sender {
  /// The peer sent something new after this side's FIN: the other half is still in use.
  mutating func observeAfterFIN(
    _ segment: Segment, _ moment: Moment, _ kind: SegmentKind, sender: Sender, nxtBefore: Int64,
    troubles: inout Troubles
  ) {
    guard segment.payloadLength > 0 else { return }
    let index = troubles.of(&self)
    guard var fin = troubles.records[index].fin else { return }
    // What comes out of order may have been recorded behind its ACK.
    guard
      kind == .outOfOrder
        ? sender.offset(of: segment.sequence) >= fin.peerSent && fin.peerAckKnown : sender.dataEnd > nxtBefore
    else { return }
    if fin.firstAfter == nil {
      fin.firstAfter = moment
      fin.firstAfterLength = segment.payloadLength
      fin.firstAfterAcksFin = has(.finAcked) || fin.inferred
    }
    fin.longestPause = max(fin.longestPause, moment.time.since((fin.lastAfter ?? fin.sent.first).time))
    fin.lastAfter = moment
    troubles.records[index].fin = fin
  }
}
