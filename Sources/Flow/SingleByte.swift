internal import Wire

extension Sender {
  /// How long this side itself has been silent, ns; no more than the half hour that the counted microseconds tell. The answer to the probe
  /// before came later than that, and got lost behind the capture.
  var ownSilence: Int64 {
    Int64(Int32(bitPattern: likeness[0].microseconds &- likeness[1].microseconds)) * 1000
  }

  /// The byte that was sent last, alone in its segment, comes again as timeouts have it, each about twice as late as the one before it: its
  /// ACK does not arrive. Keepalives, which may have a byte of garbage in that place, come at one interval.
  mutating func backsOff(_ start: Int64, _ moment: Moment, _ troubles: inout Troubles) -> Bool {
    guard lastNewOffset == start else { return false }
    let index = troubles.of(&self)
    guard let deaf = troubles.records[index].deaf, troubles.records[index].deafOffset == start else {
      // The first may be either.
      if moment.time.since(lastNew.time) <= Plausible.firstTimeout {
        troubles.records[index].deaf = Burst(at: moment)
        troubles.records[index].deafOffset = start
      }
      return false
    }
    let before = deaf.count > 1 ? deaf.lastGap : deaf.first.time.since(lastNew.time)
    let gap = moment.time.since(deaf.last.time)
    // 1.5 to 3 times, or at its limit.
    if gap / 3 <= before, gap - gap / 3 >= before || before >= Plausible.longestTimeout { return true }
    // Its timer has stopped: it was heard.
    troubles.records[index].deaf = nil
    return false
  }
}
