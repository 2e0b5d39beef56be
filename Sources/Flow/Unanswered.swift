internal import Wire

/// A run of transmissions that the peer has not answered.
public struct Unanswered: BitwiseCopyable, Hashable, Sendable {
  /// What is repeated or outstanding.
  public enum Kind: UInt8, BitwiseCopyable, Sendable { case syn, synAck, data, fin, keepalive, windowProbe }

  /// What `sent` counts.
  public var kind: Kind
  /// Transmissions of the oldest unacknowledged segment (of the probe). For `data`, `fin`: since SND.UNA last moved; for
  /// probes: since the peer was last heard.
  public var sent: Burst
  /// Its payload, bytes.
  public var length: UInt32
  /// Silence of the whole connection before its first transmission, ns.
  public var idleBefore: Int64
  /// Packets of the peer (no RST) since the first transmission: 0 is silence.
  public var peerPackets: UInt32
  /// The latest of them; nil where there was none.
  public var lastPeer: Moment?
  /// One of them was more than an ACK.
  public var peerSpoke: Bool
  /// The transmissions since this side heard the peer: behind `lastPeer`, or from where it echoed another timestamp. nil where there
  /// was none, or it heard nothing since the first.
  public var sinceHeard: Burst?
  /// Since it was last heard this side sent new data because its window moved, or acknowledged something new: the peer lives, and
  /// only the capture does not see it.
  public var movedOn: Bool
  /// Where the capture lacks the peer's packets it may as well be something that the peer answers, or that answers the peer: an ACK
  /// again and again, or the probe of a closed window.
  public var isAmbiguous: Bool
  /// What was sent before it was not repeated: the peer has acknowledged that, and the capture has no such ACK.
  public var isBehindUnseenACK: Bool
  /// Where the new data began that `movedOn` is told from; below 0 where it is told from something else.
  var aheadFrom: Int64

  public init(kind: Kind, sent: Burst, length: UInt32, idleBefore: Int64) {
    self.kind = kind
    self.sent = sent
    self.length = length
    self.idleBefore = idleBefore
    peerPackets = 0
    lastPeer = nil
    peerSpoke = false
    sinceHeard = nil
    movedOn = false
    isAmbiguous = false
    isBehindUnseenACK = false
    aheadFrom = -1
  }
}

extension Unanswered {
  /// Where new data, or a FIN, began that were sent while the oldest was repeated, and repeated on: an offset; nil where there were none.
  public var ahead: Int64? { aheadFrom >= 0 ? aheadFrom : nil }

  /// Repetitions since the peer was last heard.
  var repetitions: UInt32 { sinceHeard?.count ?? (peerPackets == 0 ? sent.count - 1 : 0) }

  /// Data that took long to arrive, or their ACK did.
  var isHeldUp: Bool { kind == .data && !movedOn && sent.isLong }

  /// Once more, and nobody has answered.
  /// - Parameter next: SND.NXT.
  mutating func repeated(at moment: Moment, upTo next: Int64) {
    let gap = moment.time.since(sent.last.time)
    if movedOn, aheadFrom >= 0 {
      // An ACK would have begun the timer anew (RFC 6298 §5.3, §5.7); without any a timeout's window lets out little more than a FIN.
      let isLate = gap >= sent.lastGap - sent.lastGap / 8
      if isLate, next - aheadFrom <= Plausible.lossWindow { movedOn = false } else { goOn() }
    }
    sent.repeated(at: moment)
    if sinceHeard != nil {
      sinceHeard?.repeated(at: moment)
    } else if peerPackets > 0 {
      sinceHeard = Burst(at: moment)
    }
  }

  /// The peer sent something, whose ACK did not cover it: what came before tells nothing of a silence from here on.
  mutating func hear(_ moment: Moment, _ kind: SegmentKind) {
    peerPackets = peerPackets == .max ? peerPackets : peerPackets + 1
    lastPeer = moment
    if kind != .ack { peerSpoke = true }
    sinceHeard = nil
    movedOn = false
    aheadFrom = -1
  }

  /// It has heard its peer since it repeated something before.
  mutating func noteEcho(at moment: Moment) {
    guard kind == .data || kind == .fin else { return goOn() }
    // What was recorded of the peer before the first repetition may have reached this side behind it.
    if sent.last == moment, peerPackets > 0 || (sinceHeard == nil && repetitions == 2) {
      sinceHeard = Burst(at: moment)
    } else if peerPackets > 0 {
      sinceHeard = nil
    } else {
      goOn()
    }
  }

  /// It acts as one that hears its peer.
  mutating func goOn() {
    movedOn = true
    aheadFrom = -1
  }
}
