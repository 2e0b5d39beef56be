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

  private struct Entry: Sendable {
    var birth = Birth.none
    var id: UInt64 = 0
    var told: UInt64 = 0
    var isLinked = false
    var client = Bytes()
    var server = Bytes()
  }

  /// Of one side's data, what was acknowledged and what was seen: a packet that is lost between the two sights leaves one of
  /// them equal.
  private struct Bytes: Sendable {
    var acked: UInt64 = 0
    var seen: UInt64 = 0

    init() {}

    init(_ end: Brief.End) {
      acked = end.ackedBytes
      seen = end.payloadBytes
    }

    func fits(_ other: Bytes) -> Bool { acked == other.acked || seen == other.seen }
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
    let client = Bytes(brief.client)
    let server = Bytes(brief.server)
    if marks[place] == mark, entries[place].birth.isTwin(of: birth), entries[place].client.fits(client),
      entries[place].server.fits(server)
    {
      seenAgain += 1
      if !entries[place].isLinked { connections += 1 }
      entries[place].isLinked = true
      return Sibling(id: entries[place].id, told: entries[place].told)
    }
    count += 1
    marks[place] = mark
    entries[place] = Entry(birth: birth, id: brief.id, client: client, server: server)
    return nil
  }

  /// Remembers what was told of the connection that was met last, one bit for each thing: it need not be told of its twin.
  public mutating func tell(_ told: UInt64, of brief: Brief) {
    guard told != 0, let birth = brief.birth else { return }
    let (place, mark) = place(of: birth)
    if marks[place] == mark { entries[place].told |= told }
  }

  private func place(of birth: Birth) -> (place: Int, mark: UInt32) {
    let numbers = UInt64(birth.clientISN.rawValue) << 32 | UInt64(birth.serverISN?.rawValue ?? 0)
    let mixed = numbers &* 0x9e37_79b9_7f4a_7c15
    return (Int(truncatingIfNeeded: mixed >> 40) & (marks.count - 1), UInt32(truncatingIfNeeded: mixed >> 24) | 1)
  }

  private mutating func grow() {
    let (known, old) = (marks, entries)
    let size = max(1024, 2 * old.count)
    marks = [UInt32](repeating: 0, count: size)
    entries = [Entry](repeating: Entry(), count: size)
    for (entry, mark) in zip(old, known) where mark != 0 {
      let (place, mark) = place(of: entry.birth)
      marks[place] = mark
      entries[place] = entry
    }
  }
}
