internal import Wire

// One 4-tuple, several connections: whose is this SYN? (RFC 9293 §3.6.1, RFC 6191, RFC 5961 §4)
enum Incarnation {
  /// It belongs to the connection that is known.
  case same
  /// It begins another one.
  case new
  /// Another ISN while the connection lives: what follows decides.
  case pending
}

extension Connection {
  /// - Parameter isOver: both FINs are acknowledged or a RST took effect.
  mutating func incarnation(
    ofSYN segment: inout Segment, fromA: Bool, isOver: Bool, _ troubles: borrowing Troubles
  ) -> Incarnation {
    let isAttempt = isAttempt
    let pause = segment.time.since(shared.lastTime)
    // Nobody repeats a SYN whose connection is over: a while behind it, it is another's under the same number, and no late copy. (One
    // that was refused is repeated: the refusal may not have arrived, or it may have been another's.)
    let mayRepeat =
      !isOver || !shared.has(.established) || pause <= Plausible.answer
      || (fromA ? a.numberedBefore(segment, troubles) : b.numberedBefore(segment, troubles))
    return fromA
      ? .of(&segment, &a, &b, isOver: isOver, isAttempt: isAttempt, mayRepeat: mayRepeat, pause: pause)
      : .of(&segment, &b, &a, isOver: isOver, isAttempt: isAttempt, mayRepeat: mayRepeat, pause: pause)
  }
}

extension Incarnation {
  fileprivate static func of(
    _ segment: inout Segment, _ sender: inout Sender, _ receiver: inout Sender, isOver: Bool, isAttempt: Bool,
    mayRepeat: Bool, pause: Int64
  ) -> Incarnation {
    let isSYNACK = segment.flags.contains(.ack)
    let start = segment.sequence.advanced(by: 1)
    // Not the SYN that is known: one of before, whose answer comes late, or the next one, which its answer has overtaken.
    let answersAnother =
      isSYNACK && receiver.has(.syn) && !receiver.has(.synAck) && !receiver.sent(segment.acknowledgment)
    if sender.has(.syn) {
      if start == sender.origin { return mayRepeat || isSYNACK ? .same : .new }
      if isOver { return .new }
      if isSYNACK {
        // Of the other side nothing is in the capture: that it is another SYN which is answered shows by its number alone.
        if receiver.packets == 0, receiver.has(.origin), receiver.offset(of: segment.acknowledgment) != 0 {
          return .new
        }
        return answersAnother ? .pending : .same
      }
      // An attempt that nobody answered is over when the next one begins.
      return isAttempt ? .new : .pending
    }
    // Overtaken by what follows it, be it the whole connection: two interfaces, two queues.
    if sender.has(.origin), start == sender.origin { return !isOver || pause <= Plausible.answer ? .same : .new }
    // Of a side that only reset it: the SYN was answered after all, and the RST was another's.
    let answersAll =
      isSYNACK && !sender.has(.data) && !sender.has(.fin) && receiver.has(.syn)
      && receiver.offset(of: segment.acknowledgment) == 0
    if isOver && !answersAll { return .new }
    if isSYNACK { return answersAnother ? .pending : .same }
    // Met midstream: a SYN overtaken by what follows it, or acknowledges it, stands right before the stream.
    let distance = Int64(sender.origin.distance(from: start))
    let isKnown = sender.has(.origin) && (sender.packets > 0 || pause <= Plausible.reordering)
    if isKnown, distance >= 0, distance < Plausible.overtaken { return .same }
    // SYN meets SYN; or the first packet of a side of which only the other was seen.
    return sender.packets == 0 && receiver.has(.syn) && !receiver.has(.synAck) ? .same : .pending
  }
}

extension Connection {
  /// Neither stream stands anywhere near where `segment` has it.
  @inline(__always) func isFarFrom(_ segment: inout Segment, fromA: Bool) -> Bool {
    guard fromA ? a.isFar(segment.sequence) : b.isFar(segment.sequence) else { return false }
    return segment.isAnswer && (fromA ? b.isFar(segment.acknowledgment) : a.isFar(segment.acknowledgment))
  }

  /// The connection that is over cannot have got to where `segment` is: beyond a FIN that was acknowledged nobody sends.
  mutating func isLongBehind(_ segment: inout Segment, fromA: Bool) -> Bool {
    guard segment.isAnswer, a.has(.origin), b.has(.origin) else { return false }
    let ours = fromA ? a.distance(to: segment.sequence) : b.distance(to: segment.sequence)
    let theirs = fromA ? b.distance(to: segment.acknowledgment) : a.distance(to: segment.acknowledgment)
    if abs(ours) > Plausible.jump || abs(theirs) > Plausible.jump { return true }
    return a.has(.finAcked) && b.has(.finAcked) && (ours > 0 || theirs > 0)
  }
}

extension Segment {
  /// SYN without ACK.
  var isAttempt: Bool { flags.intersection([.syn, .ack]) == .syn }

  var isAnswer: Bool { flags.intersection([.ack, .rst, .unknown]) == .ack }

  /// Says no more than `first`, of the same side.
  func isRepeat(of first: Segment) -> Bool {
    sequence == first.sequence && acknowledgment == first.acknowledgment && sequenceLength == first.sequenceLength
  }

  /// Has both streams where `first` has them, which is of the same side or of the other.
  func isOfStream(of first: Segment, isSameWay: Bool) -> Bool {
    let (ours, theirs) = isSameWay ? (first.sequence, first.acknowledgment) : (first.acknowledgment, first.sequence)
    return isAnswer && abs(Int64(sequence.distance(from: ours))) <= Plausible.jump
      && abs(Int64(acknowledgment.distance(from: theirs))) <= Plausible.jump
  }
}

extension Sender {
  /// It has sent what `acknowledgment` acknowledges, its SYN at least.
  fileprivate func sent(_ acknowledgment: SequenceNumber) -> Bool { 0...nxt ~= offset(of: acknowledgment) }

  @inline(__always) fileprivate func isFar(_ sequence: SequenceNumber) -> Bool {
    abs(distance(to: sequence)) > Plausible.jump && has(.origin)
  }

  /// From SND.NXT.
  @inline(__always) func distance(to sequence: SequenceNumber) -> Int64 { offset(of: sequence) - nxt }

  /// Whether `segment` goes on where this side's stream stands, give or take what may be in flight.
  /// - Parameter behind: how far it lies behind a SYN that may have begun another stream.
  func continues(_ segment: Segment, behind syn: Int32) -> Bool {
    guard has(.origin) else { return false }
    let place = offset(of: segment.sequence)
    // Right behind that SYN, and in this stream where nothing is to be sent any more, or not yet.
    if syn == 1, place < una - 1 || place > nxt { return false }
    let distance = place - nxt
    return distance > -Plausible.inFlight && distance < Plausible.inFlight
  }
}
