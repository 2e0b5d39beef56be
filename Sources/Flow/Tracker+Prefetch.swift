internal import CPrefetch

// Most of what is looked at lies far from everything else, and memory answers in the time of some hundred instructions. So cache lines are
// asked for a few packets, or a few connections, before they are needed.
//
// Why the unsafe lines hold: they prefetch, and a prefetch of any address is harmless: nothing is read through it.
extension Tracker {
  /// How many packets before its own a record is fetched: a processor waits for some twenty cache lines at a time, and those of a
  /// whole batch at once would be many more.
  static var ahead: Int { 6 }

  /// Looks up what is sought, and fetches its record.
  @inline(__always) mutating func fetch(_ sought: inout Sought) {
    let candidate = table.candidate(sought.hash)
    if candidate == 0 {
      prefetchUse(of: sought.key)
      prefetchPorts(of: sought.key)
    } else {
      prefetchRecord(candidate)
    }
    sought.candidate = candidate
  }

  @inline(__always) private func prefetchRecord(_ index: UInt32) {
    if index >= Tracker.quietBit {
      if Tracker.isAttempt(index) {
        unsafe tcpaudit_prefetch(attempts.address(of: index & ~Tracker.attemptBit))
      } else {
        unsafe tcpaudit_prefetch(quiet.address(of: index & ~Tracker.quietBit))
      }
      return
    }
    let address = unsafe records.address(of: index)
    // All but the last line, which only a connection that closes needs (`Sender.cleanFIN`).
    var offset = 0
    while offset < MemoryLayout<Connection>.size - 64 {
      unsafe tcpaudit_prefetch(address + offset)
      offset += 64
    }
  }

  /// What says how long a connection has been idle.
  @inline(__always) func prefetchTime(of index: UInt32) { unsafe tcpaudit_prefetch(records.address(of: index) + 64) }

  /// Those of a lane that leave next have waited for seconds, and nothing of them is in a cache any more. Each step of the way to them is
  /// fetched one departure before the next: what became of it, what is kept of it, and its place in the table.
  mutating func prefetchLeaving(_ lane: Int) {
    if let third = lingering.waiting(lane, 2), let place = closingPlace(third) {
      unsafe tcpaudit_prefetch(closings.address(of: place))
      unsafe tcpaudit_prefetch(closings.address(of: place) + MemoryLayout<Closing>.size - 1)
    }
    if let second = lingering.waiting(lane, 1), let place = quietPlace(second) {
      let address = unsafe quiet.address(of: place)
      var offset = 0
      while offset < MemoryLayout<Quiet>.size + 63 {
        unsafe tcpaudit_prefetch(address + min(offset, MemoryLayout<Quiet>.size - 1))
        offset += 64
      }
    }
    if let first = lingering.waiting(lane, 0), let place = quietPlace(first) {
      let key = quiet[place].key
      table.prefetch(key.hash(seed: seed))
      prefetchUse(of: key)
    }
  }

  /// Those that are open at the end, in order of their beginnings, lie anywhere: each is fetched eight before it is looked at, and what it
  /// points to four before.
  @inline(__always) mutating func prefetchRemaining(behind count: Int) {
    if count > 8 {
      let index = remaining[count - 9].index
      prefetchRecord(index)
      if index >= Tracker.quietBit, !Tracker.isAttempt(index) {
        unsafe tcpaudit_prefetch(quiet.address(of: index & ~Tracker.quietBit) + 64)
        unsafe tcpaudit_prefetch(quiet.address(of: index & ~Tracker.quietBit) + MemoryLayout<Quiet>.size - 1)
      }
    }
    if count > 4 {
      let index = remaining[count - 5].index
      if Tracker.isAttempt(index) {
        let refusal = attempts[index & ~Tracker.attemptBit].refusal
        if refusal != 0 { unsafe tcpaudit_prefetch(refusals.address(of: refusal)) }
      } else if index >= Tracker.quietBit {
        let closing = quiet[index & ~Tracker.quietBit].closing
        if closing != 0 { unsafe tcpaudit_prefetch(closings.address(of: closing)) }
      }
    }
  }

  /// Whether the tuple was used before.
  @inline(__always) func prefetchUse(of key: FlowKey) {
    guard let word = usedTuples.word(of: key) else { return }
    unsafe usedTuples.latest.withUnsafeBufferPointer { words in
      if let base = words.baseAddress { unsafe tcpaudit_prefetch(base + word) }
    }
  }

  /// How often its ports were used: who begins is counted there.
  @inline(__always) private func prefetchPorts(of key: FlowKey) {
    unsafe servicePorts.counts.withUnsafeBufferPointer { counts in
      guard let base = counts.baseAddress else { return }
      unsafe tcpaudit_prefetch(base + Int(key.aPort))
      unsafe tcpaudit_prefetch(base + Int(key.bPort))
    }
  }

  private func closingPlace(_ entry: Lingering) -> UInt32? {
    let isClosing = entry.index >= Tracker.quietBit && !Tracker.isAttempt(entry.index)
    return isClosing ? entry.index & ~Tracker.quietBit : nil
  }

  private mutating func quietPlace(_ entry: Lingering) -> UInt32? {
    guard let closing = closingPlace(entry), closings[closing].turn.state == .waits else { return nil }
    return closings[closing].turn.place
  }
}
