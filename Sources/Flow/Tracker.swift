public import Wire

/// From segments to connections: the one stateful part of the audit.
///
/// Feed it batches in the order of capture; take the finished connections between batches, by `nextFinished()` (and
/// `nextBrief()`, where that is asked for); after the last batch call `finish(_:)` and take the rest. It reads no clock: time is
/// capture time.
public struct Tracker: ~Copyable {
  let options: TrackerOptions
  let seed: HashSeed
  var table = FlowTable()
  var records: Region<Connection>
  /// Idle connections, put away small.
  var quiet: Region<Quiet>
  var quietHand: UInt32 = 0
  /// How many records were looked at since the last of them was found.
  var looksInVain = 0
  /// Records that were taken since somebody looked: for connections that begin, and for idle ones that wake.
  var entered = 0
  /// How those of them were closed that were.
  var closings: Region<Closing>
  /// How many those are.
  var closedCount = 0
  /// SYNs that nothing has followed yet.
  var attempts: Region<Attempt>
  /// RSTs that refused one of them, and nothing has followed.
  var refusals: Region<RefusingReset>
  var troubles: Troubles
  var zeek: ZeekRecords
  /// Connections that are over and wait for stragglers, in order of their ends.
  var lingering = ClosedQueue()
  /// When the first of them is to be looked at.
  var nextExpiry = Timestamp(nanoseconds: .max)
  /// When there may be something to do about time: somebody is to be looked at, or the clock leaps.
  var alarm = Timestamp(nanoseconds: .min)
  /// The latest time that was far ahead of all others.
  var leap: Leap?
  /// SYNs that may begin another incarnation, by record index.
  var pending: [UInt32: PendingSYN] = [:]
  /// ICMP errors about connections, by record index.
  var notices: [UInt32: Notice] = [:]
  var ended = Endings()
  /// What others have to know in its order, where the capture is shared.
  var journal: Journal
  /// Those that are open at the end of the input; the first is last.
  var remaining: [Remaining] = []
  var servicePorts = PortCounts()
  var usedTuples = UsedTuples()
  var tombstones = Tombstones()
  /// Those of which something is seen again, by record index.
  var afterlives: [UInt32: Tombstone] = [:]
  /// Most SYNs that wait for their answers at a time; half of it while others wait, that are no SYNs.
  static var pendingLimit: Int { 65_536 }
  static var strangerLimit: Int { pendingLimit / 2 }
  /// Where the search for a victim goes on.
  var hand: UInt32 = 1
  var attemptHand: UInt32 = 0
  var evictionHand: UInt32 = 0
  var ending: EndReason?
  /// `[input]`: when the recording ends that it is a part of; empty where all end with the latest packet.
  var recordedUntil: [Timestamp] = []
  var generation: UInt16 = 0

  /// The latest capture time that any segment had.
  public internal(set) var now = Timestamp(nanoseconds: .min)
  /// Connections given up for want of memory.
  public internal(set) var evicted: UInt64 = 0
  /// Most connections at a time.
  public internal(set) var peakConnections = 0
  /// ICMP errors that belong to no connection that is known.
  public internal(set) var unmatchedErrors: UInt64 = 0
  /// `[encapsulation] -> scope`, where VLANs or tunnels join the key; empty where they do not.
  public var scopes: [UInt16] = []

  /// Takes its options for good; memory is taken as connections come.
  public init(_ options: TrackerOptions) {
    self.options = options
    seed = HashSeed(options.seed)
    let limits = MemoryLimits(options)
    records = Region(capacity: limits.connections)
    quiet = Region(capacity: limits.quiet)
    closings = Region(capacity: limits.closings)
    attempts = Region(capacity: limits.attempts)
    refusals = Region(capacity: limits.refusals)
    troubles = Troubles(capacity: limits.troubles, resets: limits.resets)
    zeek = ZeekRecords(isOn: options.zeek, capacity: limits.connections)
    journal = Journal(isOn: options.share != nil)
    troubles.gaps.isJournaled = journal.isOn
  }

  /// When the capture was blind, and where its clock leapt, as far as connections that are known show it.
  public var gaps: SharedGaps { troubles.gaps }
  /// Inputs lose packets each for itself: interfaces. Said before the first packet.
  public var inputsAreApart: Bool {
    get { troubles.gaps.inputsAreApart }
    set { troubles.gaps.inputsAreApart = newValue }
  }

  /// Times between two files of a recording in which there is nothing, each known before what comes behind it is tracked.
  public var seams: [ClosedRange<Timestamp>] {
    get { troubles.gaps.seams }
    set { troubles.gaps.seams = newValue }
  }

  /// Where the inputs were taken, of all packets that are tracked.
  public var places: InputPlaces {
    get { troubles.places }
    set { troubles.places = newValue }
  }

  /// Connections now held; at the end of the input, those that were not taken yet.
  public var openConnections: Int { ending == nil ? records.count + quiet.count + attempts.count : remaining.count }

  /// Takes in a batch and empties it. The table's slots are fetched for all before the first is observed, and the records some
  /// packets ahead, so that their cache misses overlap.
  public mutating func track(_ batch: inout SegmentBatch) {
    if troubles.isShort { makeRoomForTrouble() }
    let count = min(batch.count, SegmentBatch.capacity)
    let isScoped = !scopes.isEmpty
    for place in 0..<count {
      let scope = isScoped ? scope(of: batch.segments[place].encapsulation) : 0
      let (key, fromA) = FlowKey.of(batch.segments[place], scope: scope)
      let hash = key.hash(seed: seed)
      table.prefetch(hash)
      batch.sought[place] = Sought(key: key, hash: hash, fromA: fromA)
    }
    for place in 0..<min(count, Tracker.ahead) { fetch(&batch.sought[place]) }
    // Index 0 is a record that is never in use.
    let predictable = zeek.isOn ? 0 : Tracker.quietBit
    for place in 0..<count {
      if place &+ Tracker.ahead < count { fetch(&batch.sought[place &+ Tracker.ahead]) }
      pass(batch.segments[place].time)
      let candidate = renew(&batch.sought[place])
      if candidate < predictable,
        records[candidate].takePredicted(
          &batch.segments[place], of: batch.sought[place].key, fromA: batch.sought[place].fromA, &troubles)
      {
        continue
      }
      observe(&batch.segments[place], &batch.sought[place])
    }
    batch.count = 0
    if records.count >= options.quietFrom { putAwayQuiet() }
  }

  /// Time goes on: before anything is looked up, as results must not depend on where batches end.
  @inline(__always) mutating func pass(_ time: Timestamp) {
    guard time > now else { return }
    if time >= alarm { return passAlarm(time) }
    now = time
  }

  @inline(__always) func scope(of encapsulation: UInt16) -> UInt16 {
    scopes.isEmpty || Int(encapsulation) >= scopes.count ? 0 : scopes[Int(encapsulation)]
  }

  /// The packets since it was looked up may have begun its connection, or woken it; of a record it is the record that tells whose it is.
  @inline(__always) mutating func renew(_ sought: inout Sought) -> UInt32 {
    if sought.candidate &- 1 >= Tracker.quietBit &- 1 { sought.candidate = table.candidate(sought.hash) }
    return sought.candidate
  }

  /// Segments and senders are passed `inout` from here on though not changed: by value each call would copy them.
  @inline(never) mutating func observe(_ segment: inout Segment, _ sought: inout Sought) {
    let (key, hash, fromA) = (sought.key, sought.hash, sought.fromA)
    var index = sought.candidate
    // Zeek's view is told of every packet.
    if index < Tracker.quietBit, !zeek.isOn, records[index].takeClosing(&segment, of: key, fromA: fromA, &troubles) {
      if records[index].mayBeOver { noteEnd(index) }
      return
    }
    if index != 0, !isStill(index, key) { index = find(key, hash) }
    if index == 0 {
      index = meet(&segment, key, hash)
      if index == 0 { return }
    } else {
      if index >= Tracker.quietBit {
        if segment.flags.contains(.rst), refuse(index, &segment, key) { return }
        index = revive(index, key, hash)
      }
      if segment.flags.contains(.syn) || records[index].needsCare(&segment, fromA: fromA) {
        index = sortOut(&segment, hash, fromA: fromA, index: index)
        if index == 0 { return }
      }
    }
    records[index].observe(&segment, fromA: fromA, troubles: &troubles)
    if zeek.isOn { zeek.observe(segment, index: index, fromFirst: fromA == records[index].startedByA) }
    if records[index].mayBeOver { noteEnd(index) }
  }

  /// Whether what the table said of the key still holds; a closed or idle connection that is put away is looked up again.
  @inline(__always) mutating func isStill(_ index: UInt32, _ key: FlowKey) -> Bool {
    if index < Tracker.quietBit { return records[index].isLive(key) }
    let place = index & ~Tracker.attemptBit
    return Tracker.isAttempt(index) && attempts[place].isLive && attempts[place].hasKey(key)
  }

  /// A segment of no connection that is known. Returns the record that it begins, or 0 where it is kept as an attempt.
  @inline(never) private mutating func meet(_ segment: inout Segment, _ key: FlowKey, _ hash: UInt32) -> UInt32 {
    if segment.flags.contains(.syn), attempt(&segment, key, hash) { return 0 }
    return begin(&segment, key, hash)
  }

  /// Mutating, though nothing changes: this value would be copied for it.
  mutating func find(_ key: FlowKey, _ hash: UInt32) -> UInt32 {
    table.find(hash) { index in
      if index < Tracker.quietBit { return records[index].key == key }
      return Tracker.isAttempt(index)
        ? attempts[index & ~Tracker.attemptBit].hasKey(key) : quiet[index & ~Tracker.quietBit].hasKey(key)
    }
  }

  /// Makes a connection of an attempt, or of a quiet one.
  mutating func revive(_ index: UInt32, _ key: FlowKey, _ hash: UInt32) -> UInt32 {
    Tracker.isAttempt(index) ? promote(index, key, hash) : wake(index, hash)
  }

  /// A new connection; its first segment is yet to be observed.
  mutating func begin(_ segment: inout Segment, _ key: FlowKey, _ hash: UInt32) -> UInt32 {
    if records.count + quiet.count + attempts.count >= options.maxConnections { evictOne() }
    let index = enter(hash)
    records[index].begin(key, hash, &segment)
    markLive(index)
    if usedTuples.contains(key) {
      records[index].shared.marks.insert(.tupleReused)
      recall(segment, key, index)
    }
    if zeek.isOn { zeek.begin(segment, index: index) }
    count(key)
    notePeak()
    return index
  }

  /// Of a connection that begins: its ports. What several trackers share is counted by who reads their journals.
  mutating func count(_ key: FlowKey) {
    if journal.isOn { journal.begin(key) } else { servicePorts.count(key) }
  }

  /// A record for a connection, yet to be written.
  /// - Parameter attempt: whose place in the table it takes; 0 is none.
  mutating func enter(_ hash: UInt32, inPlaceOf attempt: UInt32 = 0) -> UInt32 {
    if records.available == 0 { evictConnection() }
    // There is room: a place was given up where there was none.
    let index = records.allocate() ?? 1
    entered &+= 1
    if attempt == 0 { table.insert(hash, index) } else { table.replace(hash, attempt, by: index) }
    return index
  }

  mutating func markLive(_ index: UInt32) {
    generation &+= 1
    records[index].shared.marks.insert(.live)
    records[index].shared.generation = generation
  }

  /// The sum of `openConnections`, which as a function of this value would copy it.
  @inline(__always) mutating func notePeak() {
    let open = records.count + quiet.count + attempts.count
    if open > peakConnections { peakConnections = open }
  }
}

/// What is looked for in a batch, and what the table said of it before its first segment was observed.
struct Sought: BitwiseCopyable, Sendable {
  var key = FlowKey(aHigh: 0, aLow: 0, bHigh: 0, bLow: 0, aPort: 0, bPort: 0, scope: 0, ipVersion: 0)
  var hash: UInt32 = 0
  /// Record index, 0 none.
  var candidate: UInt32 = 0
  var fromA = false
}

extension Connection {
  /// In use, and the one with this key.
  @inline(__always) func isLive(_ key: FlowKey) -> Bool { self.key == key && shared.has(.live) }

  /// Both FINs acknowledged, or a RST seen, and not yet in the queue.
  @inline(__always) var mayBeOver: Bool {
    !shared.has(.lingering) && (shared.has(.reset) || (a.has(.finAcked) && b.has(.finAcked)))
  }

  /// Whether `a` sent the first packet.
  @inline(__always) var startedByA: Bool {
    if a.packets == 0 || b.packets == 0 { return b.packets == 0 }
    return !b.first.precedes(a.first)
  }

  mutating func countCopy(fromA: Bool, troubles: inout Troubles) {
    let index = fromA ? troubles.of(&a) : troubles.of(&b)
    troubles.records[index].duplicatePackets &+= 1
    shared.marks.remove(.predictable)
  }

  /// Counts what was not let in, and remembers of a SYN when that was.
  mutating func countStranger(_ segment: Segment, fromA: Bool, troubles: inout Troubles) {
    countLate(segment, fromA: fromA)
    guard segment.isAttempt else { return }
    let index = fromA ? troubles.of(&a) : troubles.of(&b)
    troubles.records[index].strangeSYN = Moment(time: segment.time, packet: segment.packet)
  }

  /// Counts a packet of its own that comes so late that it tells nothing more.
  mutating func countLate(_ segment: Segment, fromA: Bool) {
    let moment = Moment(time: segment.time, packet: segment.packet)
    shared.marks.remove(.predictable)
    if fromA { a.count(segment, moment) } else { b.count(segment, moment) }
  }
}
