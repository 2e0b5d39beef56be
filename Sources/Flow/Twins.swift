internal import Wire

/// Connections that the capture holds on both sides of a NAT, and so twice (field.md, trap 27): linked by their beginnings and
/// their byte counts, when they have ended.
///
/// Bounded: the two end one soon after the other, so the latest that ended are remembered, one in each place of a table that
/// grows to `limit`. What is forgotten is not linked, nothing more.
public struct Twins: Sendable {
  /// Most connections that are remembered.
  public static var limit: Int { 65_536 }

  /// The sight of a connection that was taken in before.
  public struct Sibling: Equatable, Sendable {
    /// Of its record.
    public var id: UInt64
    /// What was told of it: `tell(_:of:)`.
    public var told: UInt64
  }

  private struct Entry: BitwiseCopyable, Sendable {
    private var id: UInt64Halves
    private var clientFirst: UInt64Halves
    private var serverFirst: UInt64Halves
    private var clientISN: UInt32
    private var serverISN: UInt32
    private var told: UInt64Halves
    private var client: Bytes
    private var server: Bytes
    private var clientTTL: UInt8
    private var serverTTL: UInt8
    /// Bits: the server has an ISN, and a first packet; it is linked.
    private var marks: UInt8

    /// Of nobody: it is behind no mark.
    init() {
      self.init(Birth.none, id: 0, Bytes(), Bytes())
    }

    init(_ birth: Birth, id: UInt64, _ client: Bytes, _ server: Bytes) {
      self.id = UInt64Halves(id)
      clientFirst = UInt64Halves(UInt64(bitPattern: birth.clientFirst.nanoseconds))
      serverFirst = UInt64Halves(UInt64(bitPattern: birth.serverFirst?.nanoseconds ?? 0))
      clientISN = birth.clientISN.rawValue
      serverISN = birth.serverISN?.rawValue ?? 0
      told = UInt64Halves(0)
      self.client = client
      self.server = server
      clientTTL = birth.clientTTL
      serverTTL = birth.serverTTL
      marks = (birth.serverISN == nil ? 0 : 1) | (birth.serverFirst == nil ? 0 : 2)
    }

    var birth: Birth {
      func time(_ halves: UInt64Halves) -> Timestamp { Timestamp(nanoseconds: Int64(bitPattern: halves.value)) }
      return Birth(
        clientISN: SequenceNumber(clientISN), serverISN: marks & 1 == 0 ? nil : SequenceNumber(serverISN),
        clientFirst: time(clientFirst), serverFirst: marks & 2 == 0 ? nil : time(serverFirst), clientTTL: clientTTL,
        serverTTL: serverTTL)
    }

    var sibling: Sibling { Sibling(id: id.value, told: told.value) }

    func isTwin(of birth: Birth, _ client: Bytes, _ server: Bytes) -> Bool {
      self.birth.isTwin(of: birth) && self.client.fits(client) && self.server.fits(server)
    }

    mutating func tell(_ more: UInt64) { told = UInt64Halves(told.value | more) }

    /// Says whether it was not yet.
    mutating func link() -> Bool {
      defer { marks |= 4 }
      return marks & 4 == 0
    }
  }

  /// Of one side's data, what was acknowledged and what was seen: a packet that is lost between the two sights leaves one of
  /// them equal.
  private struct Bytes: BitwiseCopyable, Sendable {
    private var ackedLow: UInt32 = 0
    private var seenLow: UInt32 = 0
    private var ackedHigh: UInt16 = 0
    private var seenHigh: UInt16 = 0

    init() {}

    /// nil where they are more than 256 TiB.
    init?(_ end: borrowing Brief.End) {
      let (acked, seen) = (end.ackedBytes, end.payloadBytes)
      guard (acked | seen) >> 48 == 0 else { return nil }
      ackedLow = UInt32(truncatingIfNeeded: acked)
      seenLow = UInt32(truncatingIfNeeded: seen)
      ackedHigh = UInt16(truncatingIfNeeded: acked >> 32)
      seenHigh = UInt16(truncatingIfNeeded: seen >> 32)
    }

    func fits(_ other: Bytes) -> Bool {
      (ackedLow == other.ackedLow && ackedHigh == other.ackedHigh)
        || (seenLow == other.seenLow && seenHigh == other.seenHigh)
    }
  }

  /// Empty, or as many as there are places: of each, a mark of the ISNs that it remembers, 0 for none. Nearly all that are looked for
  /// are not there, and of these the entry, which is large and far from memory's others, is only written.
  private var marks: [UInt32] = []
  private var entries: [Entry] = []
  private var count = 0
  /// Records that show a connection again.
  public private(set) var seenAgain: UInt64 = 0
  /// Connections that they show.
  public private(set) var connections: UInt64 = 0

  /// Knows no connection yet.
  public init() {}

  /// Takes in a connection that has ended; gives the earlier sight of it, where there is one.
  public mutating func meet(_ brief: Brief) -> Sibling? {
    guard let birth = brief.birth else { return nil }
    if count >= entries.count, entries.count < Twins.limit { grow() }
    let (place, mark) = place(of: birth)
    guard let client = Bytes(brief.client), let server = Bytes(brief.server) else { return nil }
    if marks[place] == mark, entries[place].isTwin(of: birth, client, server) {
      seenAgain += 1
      if entries[place].link() { connections += 1 }
      return entries[place].sibling
    }
    count += 1
    marks[place] = mark
    entries[place] = Entry(birth, id: brief.id, client, server)
    return nil
  }

  /// Remembers what was told of the connection that was met last, one bit for each thing: it need not be told of its twin.
  public mutating func tell(_ told: UInt64, of brief: Brief) {
    guard told != 0, let birth = brief.birth else { return }
    let (place, mark) = place(of: birth)
    if marks[place] == mark { entries[place].tell(told) }
  }

  private func place(of birth: Birth) -> (place: Int, mark: UInt32) {
    let numbers = UInt64(birth.clientISN.rawValue) << 32 | UInt64(birth.serverISN?.rawValue ?? 0)
    let mixed = numbers &* 0x9e37_79b9_7f4a_7c15
    return (Int(truncatingIfNeeded: mixed >> 40) & (marks.count - 1), UInt32(truncatingIfNeeded: mixed >> 24) | 1)
  }

  /// Twice as many places: whoever has one keeps it, or has the same in the new half. Nothing is copied, and of the memory that is
  /// taken at once only what is written to is given.
  private mutating func grow() {
    let size = entries.count
    if size == 0 {
      entries.reserveCapacity(Twins.limit)
      marks.reserveCapacity(Twins.limit)
    }
    for _ in size..<max(1024, 2 * size) {
      entries.append(Entry())
      marks.append(0)
    }
    for old in 0..<size where marks[old] != 0 {
      let (place, mark) = place(of: entries[old].birth)
      guard place != old else { continue }
      marks[place] = mark
      entries[place] = entries[old]
      marks[old] = 0
    }
  }
}
