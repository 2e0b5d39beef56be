internal import Wire

/// The RST by which another connection with the same addresses and ports ended, long before: this one is its receiver going on.
public struct EarlierReset: Hashable, Sendable {
  /// `Facts.id` of the connection that it ended.
  public let connection: UInt64
  /// Whose RST it claims to be.
  public let side: Side
  /// The RST.
  public let moment: Moment
  /// It has no ACK number.
  public let isBare: Bool

  var swapped: EarlierReset {
    EarlierReset(connection: connection, side: side.other, moment: moment, isBare: isBare)
  }
}

/// Where the streams of a connection stood that a RST ended, and that has left the table.
struct Tombstone: BitwiseCopyable, Sendable {
  /// Of the key; never 0 but where nobody lies.
  fileprivate var name: UInt32 = 0
  fileprivate var isOfA = false
  /// As its handshake told it; nil where it was not seen.
  fileprivate(set) var clientIsA: Bool?
  fileprivate var isBare = false
  fileprivate var moment = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
  fileprivate var connection: UInt64 = 0
  /// SND.NXT of who sent the RST, and of who got it.
  fileprivate var resetterNext = SequenceNumber(0)
  fileprivate var peerNext = SequenceNumber(0)
  /// Identification of the latest packet of who got it; 0 where it has none.
  fileprivate var peerIPID: UInt16 = 0

  fileprivate init() {}

  /// nil unless the RST of one side ended it, and the other had not closed and sent none.
  init?(_ connection: inout Connection, _ troubles: borrowing Troubles) {
    guard connection.shared.has(.reset), connection.a.has(.everAcked), connection.b.has(.everAcked) else { return nil }
    let isOfA = connection.a.has(.reset)
    if isOfA {
      self.init(connection.a, peer: connection.b, connection.shared.id, troubles)
    } else {
      self.init(connection.b, peer: connection.a, connection.shared.id, troubles)
    }
    self.isOfA = isOfA
    if connection.shared.has(.rolesKnown) { clientIsA = connection.shared.has(.clientIsA) }
    name = Tombstones.name(connection.key)
  }

  private init?(_ resetter: Sender, peer: Sender, _ connection: UInt64, _ troubles: borrowing Troubles) {
    guard !peer.has(.reset), !peer.has(.fin), peer.packets > 0, resetter.trouble > 1,
      troubles.records[resetter.trouble].resets != 0,
      let reset = troubles.resets[troubles.records[resetter.trouble].resets].effective, !reset.isMalformed,
      // It may have been somebody else's.
      resetter.ttlLow <= reset.ttl, reset.ttl <= resetter.ttlHigh
    else { return nil }
    isBare = reset.isBare
    moment = reset.moment
    self.connection = connection
    resetterNext = resetter.sequence(at: resetter.nxt)
    peerNext = peer.sequence(at: peer.nxt)
    peerIPID = peer.ipID
  }

  /// The RST's receiver says something that it had not said before, or asks for life: a late copy stands lower.
  fileprivate func goesOn(_ segment: Segment, fromA: Bool) -> Bool {
    guard fromA != isOfA, segment.flags.intersection([.syn, .rst, .ack, .unknown]) == .ack,
      segment.time >= moment.time
    else { return false }
    // A packet before is recorded once more: its sender counts on.
    if segment.ipID != 0, peerIPID != 0, Int16(bitPattern: segment.ipID &- peerIPID) <= 0 { return false }
    let place = segment.sequence.distance(from: peerNext)
    let acked = Int64(segment.acknowledgment.distance(from: resetterNext))
    guard acked <= 0, acked > -Plausible.inFlight else { return false }
    return place == 0 || (place == -1 && segment.sequenceLength <= 1)
  }
}

/// Connections that a RST ended, for as long as nobody else needs their places: who never got the RST may go on hours later, when its
/// pool uses the socket again. Bounded: 64 Ki, of which each 4-tuple has one place.
///
/// A place is given by bits of which some make the lane: what is found does not depend on who keeps which lanes.
struct Tombstones: Sendable {
  private static var count: Int { 1 << 16 }
  /// Empty until the first connection is ended by a RST and leaves.
  private var places: [Tombstone] = []

  mutating func insert(_ stone: Tombstone) {
    if places.isEmpty { places = [Tombstone](repeating: Tombstone(), count: Tombstones.count) }
    places[Tombstones.place(stone.name)] = stone
  }

  /// Of the connection of which `segment` is the afterlife, if it is one.
  func find(_ segment: Segment, _ key: FlowKey, fromA: Bool) -> Tombstone? {
    guard !places.isEmpty else { return nil }
    let name = Tombstones.name(key)
    let stone = places[Tombstones.place(name)]
    return stone.name == name && stone.goesOn(segment, fromA: fromA) ? stone : nil
  }

  fileprivate static func name(_ key: FlowKey) -> UInt32 { UsedTuples.hash(key) | 1 }
  private static func place(_ name: UInt32) -> Int { Int(name >> 14) & (count - 1) }
}

extension Tombstone {
  func seen(clientIsA: Bool) -> EarlierReset {
    EarlierReset(connection: connection, side: isOfA == clientIsA ? .client : .server, moment: moment, isBare: isBare)
  }
}

extension Tracker {
  /// The connection leaves: where a RST ended it, that is remembered.
  mutating func bury(_ index: UInt32) {
    guard records[index].shared.has(.reset), records[index].isOver(troubles) else { return }
    if let stone = Tombstone(&records[index], troubles) { tombstones.insert(stone) }
  }

  /// A 4-tuple that was used before is met again.
  mutating func recall(_ segment: Segment, _ key: FlowKey, _ index: UInt32) {
    guard !segment.flags.contains(.syn) else { return }
    let (_, fromA) = FlowKey.of(segment, scope: key.scope)
    guard let stone = tombstones.find(segment, key, fromA: fromA) else { return }
    afterlives[index] = stone
    records[index].shared.marks.insert(.afterlife)
  }
}
