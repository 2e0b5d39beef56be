import Testing
import Wire

@testable import Flow

@Suite("A predicted segment changes what observing it would have changed, and nothing else")
struct PredictionTests {
  @Test("two sides that do as they should, and now and then anything else", arguments: 1...8 as ClosedRange<UInt64>)
  func conversations(seed: UInt64) {
    var random = Generator(seed: seed)
    var segments: [Segment] = []
    for number in 1...100 as ClosedRange<UInt16> {
      var conversation = Conversation(random.next(), port: number, at: segments.last)
      for _ in 0..<80 { segments.append(conversation.next()) }
    }
    let held = Held(segments)
    #expect(held.differences.isEmpty, "\(held.differences.prefix(3))")
    // Neither way is hardly ever taken.
    #expect(held.predicted > segments.count / 3 && held.predicted < segments.count * 9 / 10)
    #expect(Self.falselyCalm(segments).isEmpty)
  }

  @Test("two sides that close, mostly in order", arguments: 1...4 as ClosedRange<UInt64>)
  func closes(seed: UInt64) {
    var random = Generator(seed: seed)
    var segments: [Segment] = []
    for number in 1...200 as ClosedRange<UInt16> {
      var conversation = Conversation(random.next(), port: number, at: segments.last, closing: 2 + random.below(6))
      for _ in 0..<14 { segments.append(conversation.next()) }
    }
    let held = Held(segments)
    #expect(held.differences.isEmpty, "\(held.differences.prefix(3))")
    #expect(held.closing > segments.count / 10)
    #expect(Self.falselyCalm(segments).isEmpty)
  }

  /// Numbers of packets after which a record says that its connection is calm, and it is not.
  private static func falselyCalm(_ segments: [Segment]) -> [UInt64] {
    var tracker = Tracker(TrackerOptions())
    var found: [UInt64] = []
    for segment in segments {
      _ = feed([.segment(segment)], &tracker)
      for index in 1..<tracker.records.used
      where !tracker.records[index].shared.marks.isDisjoint(with: .predictable) {
        let record = tracker.records[index]
        if !record.isCalm || record.shared.has(.closing) != record.hasFIN { found.append(segment.ordinal) }
      }
    }
    return found
  }

  @Test("any flags, any numbers, any times", arguments: 1...8 as ClosedRange<UInt64>)
  func anything(seed: UInt64) {
    var random = Generator(seed: seed)
    let segments = (1...4000 as ClosedRange<UInt64>).map { number in
      var segment = Segment()
      (segment.source, segment.destination) = (IPAddress(v4: 1), IPAddress(v4: 2))
      (segment.sourcePort, segment.destinationPort) = (UInt16(1000 + number / 8), 80)
      if random.below(2) == 0 { segment.turnAround() }
      segment.sequence = SequenceNumber(UInt32(random.below(12) / 10) &* 1460)
      segment.acknowledgment = SequenceNumber(UInt32(random.below(12) / 10) &* 1460)
      segment.flags = random.below(12) == 0 ? TCPFlags(rawValue: UInt16(random.below(512))) : .ack
      segment.payloadLength = UInt32(random.below(2)) * 1460
      segment.window = UInt16(random.below(8))
      segment.ipID = UInt16(random.below(3))
      segment.time = Timestamp(
        nanoseconds: random.below(30) == 0 ? Int64(bitPattern: random.next()) : Int64(number) * 1_000_000)
      (segment.packet, segment.ordinal) = (PacketReference(input: 0, number: number), number)
      return segment
    }
    let held = Held(segments)
    #expect(held.differences.isEmpty, "\(held.differences.prefix(3))")
    #expect(held.predicted > 0)
  }
}

/// Every segment by both ways, from the same record: what became of them.
struct Held {
  private(set) var predicted = 0
  /// Those of them behind a FIN.
  private(set) var closing = 0
  private(set) var differences: [String] = []
  private var connections: [FlowKey: Connection] = [:]

  init(_ segments: [Segment]) {
    var troubles = Troubles(capacity: 1 << 16, resets: 1 << 16)
    for segment in segments { take(segment, &troubles) }
  }

  private mutating func take(_ segment: Segment, _ troubles: inout Troubles) {
    var segment = segment
    let (key, fromA) = FlowKey.of(segment, scope: 0)
    let before = connections[key] ?? Held.begin(key, &segment)
    var after = before
    let records = troubles.records.count
    let isTaken =
      after.takePredicted(&segment, of: key, fromA: fromA, &troubles)
      || after.takeClosing(&segment, of: key, fromA: fromA, &troubles)
    if isTaken, before.hasFIN { closing += 1 }
    if troubles.records.count != records { differences.append("packet \(segment.ordinal) made a cold record") }
    if !isTaken { compare(after, before, segment) }
    var observed = before
    observed.observe(&segment, fromA: fromA, troubles: &troubles)
    if isTaken {
      predicted += 1
      compare(after, observed, segment)
    }
    connections[key] = observed
  }

  private static func begin(_ key: FlowKey, _ segment: inout Segment) -> Connection {
    var connection = Connection(key: key, hash: 1, beginning: &segment)
    connection.shared.marks.insert(.live)
    return connection
  }

  private mutating func compare(_ one: Connection, _ other: Connection, _ segment: Segment) {
    let isSame = withUnsafeBytes(of: one) { ours in
      withUnsafeBytes(of: other) { theirs in ours.elementsEqual(theirs) }
    }
    // What lies between the fields is of no matter.
    if isSame { return }
    differences += unequalFields(one, other).map { "packet \(segment.ordinal)\($0)" }
  }
}

/// One connection's packets.
private struct Conversation {
  private var random: Generator
  private let port: UInt16
  /// SND.NXT of either side.
  private var sent: [SequenceNumber]
  private var time: Timestamp
  private var number: UInt64
  private var last = Segment()
  private var opening: Int
  /// Packets until both begin to close.
  private var untilClose: Int
  private var hasFIN = [false, false]

  /// - Parameters:
  ///   - previous: the last packet before it.
  ///   - closing: after so many packets of the open connection.
  init(_ seed: UInt64, port: UInt16, at previous: Segment?, closing: Int = .max) {
    untilClose = closing
    random = Generator(seed: seed)
    self.port = port
    // Often about to begin anew at 0.
    sent = [SequenceNumber(UInt32.max - UInt32(random.below(9000))), SequenceNumber(UInt32(random.below(1 << 20)))]
    time = previous?.time ?? Timestamp(seconds: 1_700_000_000)
    number = previous?.ordinal ?? 0
    // One in four is met midstream.
    opening = random.below(4) == 0 ? 3 : 0
  }

  mutating func next() -> Segment {
    number += 1
    time = time.advanced(by: Int64(random.below(1_000_000)))
    var segment = Segment()
    let side = opening < 3 ? [0, 1, 0][opening] : random.below(2)
    (segment.source, segment.destination) = (IPAddress(v4: 1), IPAddress(v4: 2))
    (segment.sourcePort, segment.destinationPort) = (port, 80)
    if side == 1 { segment.turnAround() }
    segment.ttl = side == 0 ? 64 : 57
    segment.macHash = UInt16(side + 7)
    segment.window = UInt16(500 + random.below(3))
    segment.ipID = UInt16(truncatingIfNeeded: number)
    segment.sequence = sent[side]
    segment.acknowledgment = sent[1 - side].advanced(by: -random.below(3) * random.below(1000))
    segment.flags = random.below(4) == 0 ? [.ack, .psh] : .ack
    if opening < 3 { open(&segment) } else { goOn(&segment, side) }
    let end = segment.sequence.advanced(by: segment.sequenceLength)
    if sent[side].precedes(end) { sent[side] = end }
    segment.wireLength = 52 + segment.payloadLength
    (segment.time, segment.packet, segment.ordinal) = (time, PacketReference(input: 0, number: number), number)
    if random.below(50) == 0 { twistPacket(&segment) }
    last = segment
    return segment
  }

  private mutating func open(_ segment: inout Segment) {
    segment.flags = [TCPFlags.syn, [.syn, .ack], .ack][opening]
    segment.acknowledgment = opening == 0 ? SequenceNumber(0) : sent[opening == 1 ? 0 : 1]
    if opening < 2 {
      segment.options = [.mss, .windowScale]
      segment.windowScale = 7
    }
    opening += 1
  }

  /// FINs and ACKs; now and then data, or a FIN again.
  private mutating func close(_ segment: inout Segment, _ side: Int) {
    segment.payloadLength = random.below(10) == 0 ? 100 : 0
    guard !hasFIN[side] || random.below(12) == 0 else { return }
    segment.flags.insert(.fin)
    if hasFIN[side], random.below(2) == 0 { segment.sequence = segment.sequence.advanced(by: -1) }
    hasFIN[side] = true
  }

  private mutating func goOn(_ segment: inout Segment, _ side: Int) {
    untilClose -= 1
    if untilClose < 0 { return close(&segment, side) }
    segment.payloadLength = [0, 0, 1, 100, 1460, UInt32(random.below(3000))][random.below(6)]
    guard random.below(40) == 0 else { return }
    switch random.below(14) {
    case 0: segment.sequence = segment.sequence.advanced(by: -1 - random.below(4000))
    case 1: segment.sequence = segment.sequence.advanced(by: 1 + random.below(4000))
    case 2: segment.acknowledgment = sent[1 - side].advanced(by: 1 + random.below(4000))
    case 3: segment.acknowledgment = sent[1 - side].advanced(by: -random.below(1 << 30))
    case 4: segment.flags.insert(.fin)
    case 5: segment.flags = random.below(2) == 0 ? .rst : [.rst, .ack]
    case 6: segment.flags = random.below(2) == 0 ? .syn : [.syn, .ack]
    case 7: segment.window = 0
    case 8:
      segment.options.insert(.sack)
      segment.sackCount = 1
      segment.sack[0] = SACKBlock(start: segment.acknowledgment.advanced(by: 100), end: sent[1 - side])
    case 9: segment.flags = [[], .psh, .unknown, [.ack, .urg, .ece]][random.below(4)]
    case 10: segment.options.insert(.windowNotCaptured)
    case 11:
      segment.sequence = segment.sequence.advanced(by: -1)
      segment.payloadLength = UInt32(random.below(2))
    case 12: segment.sequence = SequenceNumber(UInt32(random.below(1 << 32)))
    default: segment.window = UInt16(random.below(1 << 16))
    }
  }

  /// What happens to packets, not to streams.
  private mutating func twistPacket(_ segment: inout Segment) {
    switch random.below(6) {
    case 0:
      // A copy.
      segment = last
      (segment.packet, segment.ordinal) = (PacketReference(input: random.below(2), number: number), number)
    case 1: segment.time = segment.time.advanced(by: -Int64(random.below(50_000_000)))
    case 2: time = time.advanced(by: Int64(random.below(200)) * 1_000_000_000)
    case 3: segment.ttl = UInt8(random.below(256))
    case 4: segment.macHash = UInt16(random.below(3))
    default: segment.ipID = 0
    }
  }
}

extension Segment {
  /// From the other side.
  mutating func turnAround() {
    swap(&source, &destination)
    swap(&sourcePort, &destinationPort)
  }
}
