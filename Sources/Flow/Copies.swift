public import Wire

// Packets that the capture holds twice: `any`, mirror ports, both sides of a router in one file.
//
// A copy has the same sequence and ACK numbers, flags, window, checksum, payload length and IP identification, and comes
// soon. Linux gives a retransmission a new identification and a new TSval, which the checksum covers; a copy has neither.
// Options are not compared themselves: behind one VLAN tag more a snaplen cuts them from one copy and not from the other.
// Where there is no identification and no date (IPv6, SYN-ACK with 0), only what a sender would not repeat that fast counts
// as a copy; an ACK or a RST may come again at once, and is one as soon after its like as packets that can be told had their
// copies, or where an input of another place has it at the same time (the same file given twice).
//
// A side's latest two packets are remembered, and 64 once there is a cold record: copies that come so much later that a few
// packets lie between are told from the second on.
extension Sender {
  /// A hash of all that a copy has in common. The upper half of a sum of products has all bits of all words (Dietzfelbinger: multiply-shift).
  @inline(__always) static func likeness(_ segment: Segment) -> UInt32 {
    likeness(
      numbers: segment.numbers, payload: segment.payloadLength, window: segment.window, flags: segment.flags.rawValue,
      ipID: segment.ipID, checksum: segment.checksum)
  }

  /// - Parameter numbers: as `Segment.numbers`.
  @inline(__always) static func likeness(
    numbers: UInt64, payload: UInt32, window: UInt16, flags: UInt16, ipID: UInt16, checksum: UInt16
  ) -> UInt32 {
    let size = UInt64(payload) | UInt64(window) << 32 | UInt64(flags) << 48
    let look = UInt64(ipID) << 32 | UInt64(checksum) << 48
    let x =
      (numbers &* 0x9e37_79b9_7f4a_7c15) &+ (look &* 0xbf58_476d_1ce4_e5b9) &+ (size &* 0x94d0_49bb_1331_11eb)
    return UInt32(truncatingIfNeeded: x >> 32) | 1
  }

  /// Microseconds, modulo 2^32. Without a sign: a division by a constant is a multiplication then, and a shift.
  @inline(__always) static func microseconds(_ time: Timestamp) -> UInt32 {
    UInt32(truncatingIfNeeded: UInt64(bitPattern: time.nanoseconds) / 1000)
  }

  /// Whether `segment` is a copy of one of this side's latest packets; remembers it if not.
  @inline(__always) mutating func isCopy(
    _ segment: inout Segment, peer: inout Sender, _ troubles: inout Troubles
  ) -> Bool {
    let latest = Likeness(hash: Sender.likeness(segment), microseconds: Sender.microseconds(segment.time))
    if mayComeAgain(&segment), isCopy(&segment, latest, &peer, &troubles) { return true }
    let displaced = likeness[1]
    remember(latest)
    if trouble != 0 {
      troubles.records[trouble].recent.remember(displaced)
      noteTwin(&segment, &troubles)
    }
    return false
  }

  /// Not at SND.NXT: data that would move it were not there before.
  @inline(__always) private func mayComeAgain(_ segment: inout Segment) -> Bool {
    segment.payloadLength == 0 || segment.sequence != sequence(at: nxt) || !has(.origin) || has(.fin)
      || !segment.flags.isDisjoint(with: [.syn, .rst, .unknown])
  }

  @inline(__always) private mutating func isCopy(
    _ segment: inout Segment, _ latest: Likeness, _ peer: inout Sender, _ troubles: inout Troubles
  ) -> Bool {
    // Without a cold record there are two to look at, and a SYN that came before; or what was said before a RST.
    if trouble == 0, !remembers(latest.hash), !has(.syn) || !segment.flags.contains(.syn), !peer.has(.reset) {
      return false
    }
    return looksForCopy(segment, latest, &peer, &troubles)
  }

  @inline(never) private mutating func looksForCopy(
    _ segment: Segment, _ latest: Likeness, _ peer: inout Sender, _ troubles: inout Troubles
  ) -> Bool {
    let known = trouble == 0 ? nil : troubles.records[trouble].copies
    guard let delay = delayOfCopy(segment, latest, known, peer, troubles) else { return false }
    if isFromElsewhere(segment, delay: delay) { noteCrossing(from: last.packet.input, &peer, &troubles) }
    troubles.records[troubles.of(&self)].noteCopy(after: delay, at: latest.microseconds)
    // Of another packet the capture may have what here is the copy alone: behind a router.
    if !segment.flags.contains(.rst) {
      noteMAC(segment)
      troubles.records[trouble].copyTTLLow = min(troubles.records[trouble].copyTTLLow, segment.ttl)
      troubles.records[trouble].copyTTLHigh = max(troubles.records[trouble].copyTTLHigh, segment.ttl)
    }
    troubles.records[trouble].duplicatePackets &+= 1
    // What the capture has twice it has of both sides.
    troubles.records[troubles.of(&peer)].noteCopy(after: delay, at: latest.microseconds)
    return true
  }

  /// How much later than its original it came, µs, 0 where it does not tell; nil where it is no copy.
  private func delayOfCopy(
    _ segment: Segment, _ latest: Likeness, _ known: KnownCopies?, _ peer: Sender, _ troubles: borrowing Troubles
  ) -> UInt32? {
    if let age = youngest(like: latest, troubles) {
      let isOfOtherPlace = !troubles.places.areOne(segment.packet.input, last.packet.input)
      let window = CopyWindow(segment, delay: known?.delay, isOfOtherPlace: isOfOtherPlace)
      if window.contains(age) { return window.isProof ? age : 0 }
    }
    if isSYNAfterAnswer(segment, latest.microseconds, known, troubles) {
      return latest.microseconds &- Sender.microseconds(first.time)
    }
    if isPlayedAgain(segment, latest, known, peer, troubles) { return 0 }
    guard let known, isOlderThanMemory(segment, latest.microseconds, known),
      isAllSeen(segment, peer, orLatest: known.isLate, troubles)
    else { return nil }
    return 0
  }

  /// How long ago the latest packet like this one came, µs.
  private func youngest(like latest: Likeness, _ troubles: borrowing Troubles) -> UInt32? {
    if likeness[0].hash == latest.hash { return latest.microseconds &- likeness[0].microseconds }
    if likeness[1].hash == latest.hash { return latest.microseconds &- likeness[1].microseconds }
    guard trouble != 0 else { return nil }
    return troubles.youngest(like: latest, trouble)
  }

  /// Whether this side's latest packet was there before, its date and all: however late it comes, it was not sent again.
  func repeatsItself(_ latest: Segment, _ troubles: borrowing Troubles) -> Bool {
    guard latest.options.contains(.timestamps) else { return false }
    let like = Likeness(hash: Sender.likeness(latest), microseconds: 0)
    return likeness[1].hash == like.hash || troubles.remembers(like.hash, trouble)
  }

  /// A client whose SYN was answered has no reason to send it again: the capture has it twice, at once or so late that no path holds it.
  private func isSYNAfterAnswer(
    _ segment: Segment, _ now: UInt32, _ known: KnownCopies?, _ troubles: borrowing Troubles
  ) -> Bool {
    guard segment.flags.contains(.syn), synCount == 1, has(.everAcked), segment.sequence == sequence(at: -1) else {
      return false
    }
    let age = now &- Sender.microseconds(first.time)
    // A server may not have got the ACK.
    if has(.synAck) { return known.map { $0.isLate && age <= $0.delay &+ CopyWindow.identified } ?? false }
    return segment.isAttempt && packets > 1
      && (age <= CopyWindow.identified || (age > CopyWindow.late && numberedBefore(segment, troubles)))
  }

  /// However late it comes, it was sent before what this side sent since: it has the identification of a packet before, or was seen with
  /// this date.
  func numberedBefore(_ segment: Segment, _ troubles: borrowing Troubles) -> Bool {
    let behind = UInt32(ipID &- segment.ipID)
    if segment.ipID != 0, behind > 0, behind <= packets { return true }
    guard segment.options.contains(.timestamps) else { return false }
    let hash = Sender.likeness(segment)
    return remembers(hash) || troubles.remembers(hash, trouble)
  }

  /// The first copy that was told came when its original's followers had been forgotten. As long after it, a packet that its
  /// sender numbered before its latest one, and not long before, is a copy too. (Some stacks number at random.)
  private func isOlderThanMemory(_ segment: Segment, _ now: UInt32, _ known: KnownCopies) -> Bool {
    let behind = UInt32(ipID &- segment.ipID)
    return segment.ipID != 0 && now &- known.since <= known.delay && behind > 0 && behind <= packets
      && segment.flags.isDisjoint(with: [.syn, .rst, .fin, .unknown])
  }

  /// Who got a RST says nothing new: under the identification of a packet before, however late, it is recorded once more, by a second tap
  /// whose clock is behind. Of its latest packet others must have told that: some stacks give all the same.
  private func isPlayedAgain(
    _ segment: Segment, _ latest: Likeness, _ known: KnownCopies?, _ peer: Sender, _ troubles: borrowing Troubles
  ) -> Bool {
    guard peer.has(.reset), !has(.reset), segment.ipID != 0,
      segment.flags.isDisjoint(with: [.syn, .unknown])
    else { return false }
    let behind = UInt32(ipID &- segment.ipID)
    // Of those that number at random, one in sixty looks so.
    let isEarlier = behind > 0 && behind <= min(packets, 1024)
    let isLatest = behind == 0 && known != nil && remembers(latest.hash)
    guard isEarlier || isLatest else { return false }
    return isAllSeen(segment, peer, orLatest: true, troubles)
  }

  /// All that it says was said before: data that fill no hole, or an ACK below SND.UNA; at it, where all is recorded once more.
  private func isAllSeen(
    _ segment: Segment, _ peer: Sender, orLatest: Bool, _ troubles: borrowing Troubles
  ) -> Bool {
    let start = offset(of: segment.sequence)
    let end = start + Int64(segment.payloadLength)
    let ack = peer.offset(of: segment.acknowledgment)
    guard end <= nxt, peer.has(.everAcked),
      ack < peer.una || ((end > start || orLatest) && ack == peer.una)
    else { return false }
    if trouble == 0 { return start >= 0 }
    return start >= troubles.records[trouble].low
      && !troubles.records[trouble].holes.overlaps(OffsetRange(start, max(start + 1, end)))
  }

  @inline(__always) mutating func remember(_ latest: Likeness) {
    likeness[1] = likeness[0]
    likeness[0] = latest
  }

  /// One of its latest two packets may be the same one.
  @inline(__always) func remembers(_ hash: UInt32) -> Bool { likeness[0].hash == hash || likeness[1].hash == hash }
}

/// What the copies that were told tell of the others.
struct KnownCopies: BitwiseCopyable {
  /// When the first was told, and the longest time to one of them, µs.
  var since: UInt32
  var delay: UInt32

  /// By far: all is recorded once more.
  var isLate: Bool { delay > CopyWindow.identified }
}

/// How long after a packet an equal one is its copy.
struct CopyWindow {
  /// With an identification or a date, FIN without, data without; µs. No kernel repeats a SYN within the first.
  static var identified: UInt32 { 100_000 }
  private static var closing: UInt32 { 10_000 }
  /// What comes later was not under way for so long, µs: `Plausible.answer`.
  static var late: UInt32 { 1_000_000 }
  static var data: UInt32 { 1_000 }

  private let longest: UInt32?
  /// The packet itself tells that it is a copy, and so how late copies come.
  let isProof: Bool

  /// - Parameter delay: the longest time to a copy that was told, µs; nil where there was none.
  init(_ segment: Segment, delay: UInt32?, isOfOtherPlace: Bool) {
    isProof = segment.ipID != 0 || segment.payloadLength > 0 || !segment.flags.isDisjoint(with: [.syn, .fin])
    guard isProof else {
      // Two in one microsecond may be two; not so where another place has the one.
      longest = isOfOtherPlace ? max(CopyWindow.data, delay ?? 0) : delay
      return
    }
    if segment.ipID != 0 || segment.flags.contains(.syn) || segment.checksumCoversTSval {
      let late = delay.map { $0 > CopyWindow.identified ? $0 : 0 } ?? 0
      longest = CopyWindow.identified &+ late
    } else {
      longest = segment.flags.contains(.fin) ? CopyWindow.closing : CopyWindow.data
    }
  }

  func contains(_ age: UInt32) -> Bool { longest.map { age <= $0 } ?? false }
}

extension Trouble {
  fileprivate mutating func noteCopy(after delay: UInt32, at now: UInt32) {
    copies = KnownCopies(since: copies?.since ?? now, delay: max(copies?.delay ?? 0, delay))
  }
}

/// The latest packets of one side, for who reads a connection again: what is a copy to the tracker is one here.
public struct RecentPackets: Sendable {
  /// As many as the tracker remembers at most.
  private static var limit: Int { 64 }
  private var recent: [(hash: UInt32, microseconds: UInt32)] = []
  private var lastInput: Int?
  /// The longest time to a copy, µs; nil before the first.
  private var delay: UInt32?
  private let places: InputPlaces

  /// - Parameter places: which inputs go on with one another; others may hold copies of each other's packets.
  public init(_ places: InputPlaces = InputPlaces()) { self.places = places }

  /// Whether `segment` is a copy of one of them; remembers it if not.
  public mutating func isCopy(_ segment: Segment, peer: inout RecentPackets) -> Bool {
    let hash = Sender.likeness(segment)
    let now = Sender.microseconds(segment.time)
    let isOfOtherPlace = lastInput.map { !places.areOne(segment.packet.input, $0) } ?? false
    let window = CopyWindow(segment, delay: delay, isOfOtherPlace: isOfOtherPlace)
    let age = recent.last { $0.hash == hash }.map { now &- $0.microseconds }
    if let age, window.contains(age) {
      delay = max(delay ?? 0, window.isProof ? age : 0)
      peer.delay = max(peer.delay ?? 0, delay ?? 0)
      return true
    }
    if recent.count == RecentPackets.limit { recent.removeFirst() }
    recent.append((hash, now))
    lastInput = segment.packet.input
    return false
  }
}
