internal import Wire

extension Sender {
  /// The peer sent something new after this side's FIN: the other half is still in use.
  mutating func observeAfterFIN(
    _ segment: Segment, _ moment: Moment, sender: Sender, nxtBefore: Int64, troubles: inout Troubles
  ) {
    guard sender.dataEnd > nxtBefore, segment.payloadLength > 0 else { return }
    let index = troubles.of(&self)
    guard var fin = troubles.records[index].fin else { return }
    if fin.firstAfter == nil {
      fin.firstAfter = moment
      fin.firstAfterLength = segment.payloadLength
      fin.firstAfterAcksFin = has(.finAcked)
    }
    fin.lastAfter = moment
    troubles.records[index].fin = fin
  }
}
