internal import Wire

extension Sender {
  /// The window that this side advertises, and how long it was zero. SYN, FIN and RST say nothing of a reader.
  @inline(__always) mutating func advertise(_ segment: Segment, _ moment: Moment, troubles: inout Troubles) {
    guard segment.flags.contains(.ack), !segment.options.contains(.windowNotCaptured) else { return }
    window = segment.window
    // A SYN's window is never scaled (RFC 7323 §2.2): no measure for the others.
    if segment.window > widestWindow, !segment.flags.contains(.syn) { widestWindow = segment.window }
    if segment.window == 0 {
      if segment.flags.isDisjoint(with: [.syn, .fin]) { closeWindow(moment, &troubles) }
    } else if has(.zeroWindow) {
      reopenWindow(moment, &troubles)
    }
  }

  private mutating func closeWindow(_ moment: Moment, _ troubles: inout Troubles) {
    let index = troubles.of(&self)
    troubles.records[index].zeroWindowPackets &+= 1
    if has(.zeroWindow), var stall = troubles.records[index].stall {
      stall.last = moment
      stall.longest = max(stall.longest, moment.time.since(stall.since.time))
      troubles.records[index].stall = stall
      return
    }
    marks.insert(.zeroWindow)
    let longest = troubles.records[index].stall?.longest ?? 0
    troubles.records[index].stall = Stall(since: moment, last: moment, reopened: nil, longest: longest)
  }

  private mutating func reopenWindow(_ moment: Moment, _ troubles: inout Troubles) {
    marks.remove(.zeroWindow)
    guard trouble != 0, var stall = troubles.records[trouble].stall else { return }
    stall.reopened = moment
    stall.longest = max(stall.longest, moment.time.since(stall.since.time))
    troubles.records[trouble].stall = stall
  }
}
