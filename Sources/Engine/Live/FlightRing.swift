internal import Capture
internal import Flow
internal import Report
internal import Wire

/// The latest packets, in memory of a fixed size: a new one takes the place of the oldest. Those of one connection hang
/// together, the later on the earlier, so that to find them nothing else is looked at.
///
/// Why the unsafe lines hold: a frame's bytes are copied within the call that it is lent for, to a place whose bounds were
/// checked; they are lent on within one call while the ring stands still.
struct FlightRing: Sendable {
  private struct Slot: Sendable {
    var ordinal: UInt64 = 0
    var time = Timestamp(nanoseconds: 0)
    var packet = PacketReference.none
    /// Of both its ends.
    var key: UInt64 = 0
    /// Where its bytes begin: bytes ever written before them.
    var offset: UInt64 = 0
    /// One above the number of the slot before it in its chain; 0 none.
    var previous: UInt64 = 0
    var captured: UInt32 = 0
    var original: UInt32 = 0
    var linkType: UInt16 = 0
    var interface: UInt16 = 0
    /// An ICMP error: no packet of the connection, but about it.
    var isQuote = false
  }

  private static var chains: Int { 1 << 16 }
  /// What a packet takes, about: bytes for each slot.
  private static var usualLength: Int { 96 }

  private var bytes: [UInt8]
  private var slots: [Slot]
  /// One above the number of the latest slot in each chain; 0 none.
  private var latest = [UInt64](repeating: 0, count: chains)
  /// Bytes and slots ever written.
  private var written: UInt64 = 0
  private var next: UInt64 = 0

  /// - Parameter size: bytes of packets, 64 KiB or more; as much again is needed to find them.
  init(size: Int) {
    bytes = [UInt8](repeating: 0, count: max(size, 1 << 16))
    slots = [Slot](repeating: Slot(), count: max(size, 1 << 16) / FlightRing.usualLength)
  }

  /// Keeps a frame.
  /// - Parameters:
  ///   - segment: what it carries, or what it quotes.
  ///   - isQuote: the latter.
  mutating func keep(_ frame: borrowing Frame, _ segment: borrowing Segment, isQuote: Bool = false) {
    let count = frame.bytes.byteCount
    guard count <= bytes.count else { return }
    var place = Int(written % UInt64(bytes.count))
    if place + count > bytes.count {
      written += UInt64(bytes.count - place)
      place = 0
    }
    unsafe bytes.withUnsafeMutableBytes { memory in
      unsafe frame.bytes.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[place..<(place + count)]).copyMemory(from: source)
      }
    }
    let key = FlightRing.key(
      segment.source, segment.sourcePort, segment.destination, segment.destinationPort)
    let chain = Int(key & UInt64(FlightRing.chains - 1))
    slots[Int(next % UInt64(slots.count))] = Slot(
      ordinal: frame.ordinal, time: frame.time, packet: frame.packet, key: key, offset: written,
      previous: latest[chain], captured: UInt32(truncatingIfNeeded: count),
      original: UInt32(clamping: frame.originalLength), linkType: frame.linkType.rawValue, interface: frame.interface,
      isQuote: isQuote)
    next += 1
    written += UInt64(count)
    latest[chain] = next
  }

  /// The slots of a connection's packets that are still there, the oldest first: what came after its last one is another's, which
  /// has its addresses and ports now.
  /// - Parameters:
  ///   - after: only those that came later than this one; 0 is all.
  ///   - most: of the latest.
  func find(_ facts: Facts, after: UInt64, most: Int) -> [UInt64] {
    let client = facts.clientEndpoint
    let server = facts.serverEndpoint
    let key = FlightRing.key(client.address, client.port, server.address, server.port)
    let lasts = [facts.client.last, facts.server.last].compactMap(\.self)
    var found: [UInt64] = []
    var number = latest[Int(key & UInt64(FlightRing.chains - 1))]
    // Strangers in its chain cost a look each.
    var looks = 16 * most
    while number > after, isThere(number), found.count < most, looks > 0 {
      looks -= 1
      let slot = slots[Int((number - 1) % UInt64(slots.count))]
      if slot.ordinal < facts.id { break }
      if slot.key == key, !isLater(slot, than: facts, lasts) { found.append(number) }
      number = slot.previous
    }
    return found.reversed()
  }

  /// Of errors their own times tell, as nothing of the connection need follow them.
  private func isLater(_ slot: Slot, than facts: Facts, _ lasts: [Moment]) -> Bool {
    if slot.isQuote { return slot.time > facts.observedUntil }
    let moment = Moment(time: slot.time, packet: slot.packet)
    return lasts.allSatisfy { $0.precedes(moment) }
  }

  private func isThere(_ number: UInt64) -> Bool {
    guard number + UInt64(slots.count) > next else { return false }
    return slots[Int((number - 1) % UInt64(slots.count))].offset + UInt64(bytes.count) >= written
  }

  /// Those packets, read again.
  func segments(of facts: Facts, most: Int) -> [Segment] {
    var decoder = Decoder()
    var segments: [Segment] = []
    for number in find(facts, after: 0, most: most) {
      var segment = Segment()
      if case .segment = decoder.decode(frame(number), into: &segment) { segments.append(segment) }
    }
    return segments
  }

  /// Writes the packet of a slot that `find` has just given.
  func write(
    _ number: UInt64, to writer: inout PcapngWriter, interfaceName: (UInt16) -> String?,
    comment: (PacketReference) -> String
  ) {
    let slot = slots[Int((number - 1) % UInt64(slots.count))]
    writer.write(frame(number), interfaceName: interfaceName(slot.interface), comment: comment(slot.packet))
  }

  /// Lent while the ring stands still.
  @_lifetime(borrow self)
  private func frame(_ number: UInt64) -> Frame {
    let slot = slots[Int((number - 1) % UInt64(slots.count))]
    let place = Int(slot.offset % UInt64(bytes.count))
    return unsafe Frame(
      bytes: bytes.span.bytes.extracting(place..<(place + Int(slot.captured))), originalLength: Int(slot.original),
      time: slot.time, packet: slot.packet, ordinal: slot.ordinal, linkType: LinkType(rawValue: slot.linkType),
      interface: slot.interface)
  }

  /// The same for both directions.
  private static func key(
    _ one: IPAddress, _ onePort: UInt16, _ other: IPAddress, _ otherPort: UInt16
  ) -> UInt64 {
    mix(one, onePort) &+ mix(other, otherPort)
  }

  private static func mix(_ address: IPAddress, _ port: UInt16) -> UInt64 {
    var word = address.high &* 0x9e37_79b9_7f4a_7c15 ^ address.low &+ UInt64(port) << 48
    word = (word ^ word >> 31) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
