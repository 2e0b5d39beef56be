public import Wire

/// Everything that a tracker knows between two packets: a plain value, to be kept, and continued by another tracker with
/// exactly the results that one tracker would have had.
public struct TrackerState: Sendable {
  let options: TrackerOptions
  let records: Region<Connection>.Contents
  let quiet: Region<Quiet>.Contents
  let closings: Region<Closing>.Contents
  let closedCount: Int
  let attempts: Region<Attempt>.Contents
  let refusals: Region<RefusingReset>.Contents
  let troubles: Region<Trouble>.Contents
  let resets: Region<Resets>.Contents
  let gaps: SharedGaps
  let places: InputPlaces
  let zeek: ZeekRecords.Contents
  let lingering: ClosedQueue
  let pending: [UInt32: PendingSYN]
  let notices: [UInt32: Notice]
  let ended: Endings
  let remaining: [Remaining]
  let servicePorts: PortCounts
  let usedTuples: UsedTuples
  let tombstones: Tombstones
  let afterlives: [UInt32: Tombstone]
  let hand: UInt32
  let quietHand: UInt32
  let looksInVain: Int
  let attemptHand: UInt32
  let evictionHand: UInt32
  let ending: EndReason?
  let recordedUntil: [Timestamp]
  let generation: UInt16
  let evicted: UInt64
  let peakConnections: Int
  let unmatchedErrors: UInt64
  let scopes: [UInt16]
  let leap: Leap?
  /// The latest capture time that any segment had.
  public let now: Timestamp
}

extension Tracker {
  /// What this tracker knows now. It can go on itself as well: the value is a copy.
  public var state: TrackerState {
    TrackerState(
      options: options, records: records.contents, quiet: quiet.contents, closings: closings.contents,
      closedCount: closedCount, attempts: attempts.contents,
      refusals: refusals.contents,
      troubles: troubles.records.contents,
      resets: troubles.resets.contents, gaps: troubles.gaps, places: troubles.places, zeek: zeek.contents,
      lingering: lingering,
      pending: pending, notices: notices,
      ended: ended, remaining: remaining, servicePorts: servicePorts, usedTuples: usedTuples,
      tombstones: tombstones, afterlives: afterlives, hand: hand, quietHand: quietHand,
      looksInVain: looksInVain, attemptHand: attemptHand,
      evictionHand: evictionHand, ending: ending, recordedUntil: recordedUntil,
      generation: generation,
      evicted: evicted, peakConnections: peakConnections, unmatchedErrors: unmatchedErrors, scopes: scopes,
      leap: leap,
      now: now)
  }

  /// Goes on where another tracker stood.
  public init(resuming state: TrackerState) {
    self.init(state.options)
    let limits = MemoryLimits(options)
    records = Region(state.records, capacity: limits.connections)
    quiet = Region(state.quiet, capacity: limits.quiet)
    closings = Region(state.closings, capacity: limits.closings)
    closedCount = state.closedCount
    attempts = Region(state.attempts, capacity: limits.attempts)
    refusals = Region(state.refusals, capacity: limits.refusals)
    troubles = Troubles(state.troubles, state.resets, state.gaps, limits)
    troubles.places = state.places
    // The order of slots means nothing: a key has one record.
    for index in 1..<max(1, records.used) where records[index].shared.has(.live) {
      table.insert(records[index].shared.hash, index)
    }
    for place in 1..<max(1, quiet.used) where quiet[place].isLive {
      table.insert(quiet[place].key.hash(seed: seed), place | Tracker.quietBit)
    }
    for place in 1..<max(1, attempts.used) where attempts[place].isLive {
      table.insert(attempts[place].key.hash(seed: seed), place | Tracker.attemptBit)
    }
    zeek = ZeekRecords(state.zeek, capacity: limits.connections)
    lingering = state.lingering
    scheduleExpiry()
    pending = state.pending
    notices = state.notices
    ended = state.ended
    remaining = state.remaining
    servicePorts = state.servicePorts
    usedTuples = state.usedTuples
    tombstones = state.tombstones
    afterlives = state.afterlives
    hand = state.hand
    quietHand = state.quietHand
    looksInVain = state.looksInVain
    attemptHand = state.attemptHand
    evictionHand = state.evictionHand
    ending = state.ending
    recordedUntil = state.recordedUntil
    generation = state.generation
    evicted = state.evicted
    peakConnections = state.peakConnections
    unmatchedErrors = state.unmatchedErrors
    scopes = state.scopes
    leap = state.leap
    now = state.now
    setAlarm()
    if let leap, leap.isDoubted { alarm = Timestamp(nanoseconds: .min) }
  }
}
