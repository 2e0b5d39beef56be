internal import Wire

// The letters of SYN, FIN, RST, ACK and data.
extension ZeekShared {
  /// SYN, FIN and RST are said again only where their number is another; ACK and data once.
  @inline(__always) mutating func writeFlags(
    _ segment: Segment, _ offset: Int64, _ isOriginator: Bool, _ sender: inout ZeekEndpoint
  ) {
    let flags = segment.flags
    let control = flags.intersection([.syn, .fin, .rst])
    if control.isEmpty {
      if segment.payloadLength > 0 {
        once(.data, .data, isOriginator, &sender)
      } else if flags.contains(.ack) {
        once(.ack, .ack, isOriginator, &sender)
      }
      return
    }
    switch control {
    case .syn:
      let place = UInt32(truncatingIfNeeded: offset)
      let isNew = !sender.has(.syn) || place != sender.lastSYN
      if isNew { history.append(flags.contains(.ack) ? .synAck : .syn, isOriginator: isOriginator) }
      sender.marks.insert(.syn)
      sender.lastSYN = place
    case .fin:
      let end = UInt32(truncatingIfNeeded: offset) &+ segment.payloadLength
      if !sender.has(.fin) || end != sender.lastFIN { history.append(.fin, isOriginator: isOriginator) }
      sender.marks.insert(.fin)
      sender.lastFIN = end
    case .rst:
      let place = UInt32(truncatingIfNeeded: offset)
      if !sender.has(.rst) || place != sender.lastRST { history.append(.rst, isOriginator: isOriginator) }
      sender.marks.insert(.rst)
      sender.lastRST = place
    case _ where control.contains([.fin, .rst]):
      once(.finAndRST, .finAndRST, isOriginator, &sender)
    default:
      once(.severalFlags, .severalFlags, isOriginator, &sender)
    }
  }

  @inline(__always) private mutating func once(
    _ mark: ZeekMarks, _ letter: ZeekLetter, _ isOriginator: Bool, _ sender: inout ZeekEndpoint
  ) {
    guard !sender.has(mark) else { return }
    sender.marks.insert(mark)
    history.append(letter, isOriginator: isOriginator)
  }
}
