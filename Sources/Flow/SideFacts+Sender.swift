internal import Wire

// One side as the tracker keeps it, told as facts. `inout`, though nothing of the tracker's changes: what is only lent would be copied.
extension SideFacts {
  /// - Parameter trouble: of `side`; one that says nothing where it has none.
  mutating func take(_ side: inout Sender, peer: inout Sender, _ trouble: inout Trouble) {
    takeCounts(&side, &trouble)
    takeWords(&side, &trouble)
    takeSequenceSpace(&side, &trouble)
    takeFIN(&side, &trouble)
    survivedIdle = Int64(side.survivedIdle) * 1_000_000
    heldUp = trouble.heldUp
    deaf = trouble.deaf
    stall = trouble.stall
    strangeSYN = trouble.strangeSYN
    takeUnanswered(&side, peer: &peer, &trouble)
  }

  private mutating func takeCounts(_ side: inout Sender, _ trouble: inout Trouble) {
    packets = UInt64(side.packets)
    wireBytes = side.wireBytes
    sentBytes = side.sentBytes
    synPackets = UInt64(side.synCount)
    duplicatePackets = UInt64(trouble.duplicatePackets)
    retransmittedPackets = UInt64(trouble.retransmittedPackets)
    retransmittedBytes = trouble.retransmittedBytes
    outOfOrderPackets = UInt64(trouble.outOfOrderPackets)
    lateBy = trouble.lateBy
    finPackets = UInt64(trouble.finPackets)
    rstPackets = UInt64(trouble.rstPackets)
    keepalivePackets = UInt64(trouble.keepalivePackets)
    zeroWindowPackets = UInt64(trouble.zeroWindowPackets)
    windowProbePackets = UInt64(trouble.windowProbePackets)
    acksLateBy = trouble.acksLateBy
  }

  private mutating func takeWords(_ side: inout Sender, _ trouble: inout Trouble) {
    guard side.packets > 0 else { return }
    first = side.first
    last = side.last
    lastAlive = side.has(.reset) ? trouble.lastAlive : side.last
    lastNewData = side.latestData
    lastNewOffset = side.lastNewOffset
    lastNewDataIsNoAlert = side.has(.noAlert)
    ttl = side.ttl
    if packets > rstPackets {
      ttlRange = trouble.ttlRange(with: side)
      ttlVaries = side.ttlLow < side.ttlHigh
    }
    ipID = side.ipID
    macHash = side.macHash
    lastWindow = side.window
    widestWindow = side.widestWindow
    mptcp = side.has(.mptcp)
    mptcpJoin = side.has(.mptcpJoin)
    headersCut = side.has(.headerCut)
    guard side.has(.syn) else { return }
    isn = side.origin.advanced(by: -1)
    syn = trouble.syn ?? Burst(at: side.first)
    optionsCut = side.has(.optionsUnknown)
    mptcpUnknown = side.has(.mptcpUnknown)
    mss = side.has(.mss) ? side.mss : nil
    windowScale = side.has(.windowScale) ? side.windowScale : nil
    // What was cut is not absent.
    sackPermitted = side.has(.sackPermitted) ? true : optionsCut ? nil : false
    timestamps = side.has(.timestamps) ? true : optionsCut ? nil : false
  }

  private mutating func takeSequenceSpace(_ side: inout Sender, _ trouble: inout Trouble) {
    guard side.has(.origin) else { return }
    let acked = min(side.una, side.dataEnd)
    origin = side.origin
    sndUna = side.una
    sndNxt = side.nxt
    firstOffset = trouble.low
    lastProgress = trouble.progress ?? (side.timedOffset == .min ? side.timed : nil)
    everAcked = side.has(.everAcked)
    sackNotCaptured = side.has(.sackNotCaptured)
    largestSent = side.largestSent
    largestAcked = side.largestAcked
    ackedBytes = UInt64(max(0, acked - trouble.low))
    if side.trouble > 1 { return takeHoles(&side, &trouble, acked: acked) }
    payloadBytes = UInt64(max(0, side.dataEnd - trouble.low))
    unackedBytes = UInt64(max(0, side.dataEnd - max(acked, trouble.low)))
  }

  /// Only a cold record has any.
  private mutating func takeHoles(_ side: inout Sender, _ trouble: inout Trouble, acked: Int64) {
    let (holes, sacked) = (trouble.holes, trouble.sacked)
    self.holes = holes
    payloadBytes = UInt64(max(0, side.dataEnd - trouble.low - holes.total - holes.forgotten))
    missingBytes = UInt64(holes.total(below: acked) + holes.forgotten)
    unackedBytes = holes.covered(from: max(acked, trouble.low), to: side.dataEnd)
    // What is repeated is the oldest: what lies below it was acknowledged.
    if trouble.run != nil, trouble.runOffset > acked {
      ackMissedBytes = holes.covered(from: max(acked, trouble.low), to: min(trouble.runOffset, side.dataEnd))
    }
    sackedBytes = sacked.seen(below: side.dataEnd, holes: holes)
    unseenLostBytes = sacked.missing(from: max(acked, trouble.low), holes: holes)
  }

  private mutating func takeFIN(_ side: inout Sender, _ trouble: inout Trouble) {
    if side.has(.supposedFIN), !side.has(.fin) { supposedFIN = trouble.fin }
    guard side.has(.fin), let taken = trouble.fin else { return }
    lastDataAfterSilence = side.has(.lateLastData)
    // As `fin` is set, without its copies.
    hasFIN = true
    keptFIN = taken
    // The ring was written forwards from its start; newest first is how it is read.
    for place in 0..<16 { keptFIN.recentAcks[place] = taken.recentAcks[(Int(trouble.ackCursor) &+ 15 &- place) & 15] }
  }

  /// What this side waits for at the end of the record.
  private mutating func takeUnanswered(
    _ side: inout Sender, peer: inout Sender, _ trouble: inout Trouble
  ) {
    if let run = trouble.run {
      unanswered = run
      return
    }
    if side.has(.syn), !side.has(.everAcked), let syn {
      takeUnansweredSYN(syn, isSYNACK: side.has(.synAck), peer: &peer)
      return
    }
    guard side.una < side.nxt, side.packets > 0 else { return }
    var first: Moment?
    var idle: Int64 = 0
    if side.timedOffset == side.una {
      first = side.timed
      idle = Int64(side.timedIdle) * 1_000_000
    } else if side.lastNewOffset == side.una {
      first = side.lastNew
    } else if side.una >= side.dataEnd {
      first = fin?.sent.first
    }
    guard let first = first ?? lastNewData else { return }
    let isFIN = side.una >= side.dataEnd
    var run = Unanswered(
      kind: isFIN ? .fin : .data, sent: Burst(at: first),
      length: isFIN ? 0 : UInt32(clamping: min(side.dataEnd - side.una, Int64(side.largestSent))), idleBefore: idle)
    if peer.packets > 0, first.precedes(peer.last) {
      run.peerPackets = 1
      run.lastPeer = peer.last
    }
    unanswered = run
  }

  private mutating func takeUnansweredSYN(_ syn: Burst, isSYNACK: Bool, peer: inout Sender) {
    guard isSYNACK || peer.packets == 0 else { return }
    var run = Unanswered(kind: isSYNACK ? .synAck : .syn, sent: syn, length: 0, idleBefore: 0)
    if peer.packets > 0, syn.first.precedes(peer.last) {
      run.peerPackets = 1
      run.lastPeer = peer.last
    }
    unanswered = run
  }
}
