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
    var birth: Birth
    var id: UInt64
    var told: UInt64 = 0
    var isLinked = false
    var client: Bytes
    var server: Bytes
  }

  /// Of one side's data, what was acknowledged and what was seen: a packet that is lost between the two sights leaves one of
  /// them equal.
  private struct Bytes: Sendable {
    var acked: UInt64
    var seen: UInt64

    init(_ end: Brief.End) {
      acked = end.ackedBytes
      seen = end.payloadBytes
    }

    func fits(_ other: Bytes) -> Bool { acked == other.acked || seen == other.seen }
  }

  private var entries: [Entry?] = []
  private var count = 0
  /// Records that show a connection again.
  public private(set) var seenAgain: UInt64 = 0
  /// Connections that they show.
  public private(set) var connections: UInt64 = 0

  public init() {}

  /// Takes in a connection that has ended; gives the earlier sight of it, where there is one.
  public mutating func meet(_ brief: Brief) -> Sibling? {
    guard let birth = brief.birth else { return nil }
    if count >= entries.count, entries.count < Twins.limit { grow() }
    let place = place(of: birth)
    let client = Bytes(brief.client)
    let server = Bytes(brief.server)
    if let known = entries[place], known.birth.isTwin(of: birth), known.client.fits(client), known.server.fits(server) {
      seenAgain += 1
      if !known.isLinked { connections += 1 }
      entries[place]?.isLinked = true
      return Sibling(id: known.id, told: known.told)
    }
    count += 1
    entries[place] = Entry(birth: birth, id: brief.id, client: client, server: server)
    return nil
  }

  /// Remembers what was told of the connection that was met last, one bit for each thing: it need not be told of its twin.
  public mutating func tell(_ told: UInt64, of brief: Brief) {
    guard told != 0, let birth = brief.birth else { return }
    entries[place(of: birth)]?.told |= told
  }

  private func place(of birth: Birth) -> Int {
    let numbers = UInt64(birth.clientISN.rawValue) << 32 | UInt64(birth.serverISN?.rawValue ?? 0)
    return Int(truncatingIfNeeded: numbers &* 0x9e37_79b9_7f4a_7c15 >> 40) & (entries.count - 1)
  }

  private mutating func grow() {
    let old = entries
    entries = [Entry?](repeating: nil, count: max(1024, 2 * old.count))
    for case let entry? in old { entries[place(of: entry.birth)] = entry }
  }
}
