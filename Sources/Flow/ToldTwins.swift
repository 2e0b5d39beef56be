internal import Wire

/// Connections that something was told of while they were open, by their beginnings: what happens to one is told once, though the
/// capture has it on both sides of a NAT and the two end one after the other (`Twins` links them then).
///
/// Bounded: what was told longest ago is forgotten first; then it is told of both, nothing more.
public struct ToldTwins: Sendable {
  /// Most connections that are remembered.
  public static var limit: Int { 4_096 }

  private struct Entry {
    var id: UInt64
    var birth: Birth
    var told: UInt64
  }

  /// By both ISNs: the sight that was told of.
  private var entries: [UInt64: Entry] = [:]
  /// Their keys, oldest first from `next` on, once there are as many as may be.
  private var keys: [UInt64] = []
  private var next = 0

  /// Remembers none yet.
  public init() {}

  /// Whether there is none: nothing needs to be asked.
  public var isEmpty: Bool { entries.isEmpty }

  /// Remembers what was told of an open connection, one bit for each thing: all that stands of it now.
  public mutating func tell(_ told: UInt64, of brief: Brief) {
    guard let birth = brief.birth, birth.serverISN != nil else { return }
    let key = ToldTwins.key(birth)
    if let known = entries[key] {
      if known.id == brief.id { entries[key]?.told = told }
      return
    }
    guard told != 0 else { return }
    if keys.count < ToldTwins.limit {
      keys.append(key)
    } else {
      entries[keys[next]] = nil
      keys[next] = key
      next = (next + 1) % ToldTwins.limit
    }
    entries[key] = Entry(id: brief.id, birth: birth, told: told)
  }

  /// What was told of the other sight of this connection, and need not be told again; and what was told of this one, and stays.
  public func told(_ brief: Brief) -> (ofTwin: UInt64, ofItself: UInt64) {
    guard let birth = brief.birth, let entry = entries[ToldTwins.key(birth)] else { return (0, 0) }
    if entry.id == brief.id { return (0, entry.told) }
    return (entry.birth.isTwin(of: birth) ? entry.told : 0, 0)
  }

  private static func key(_ birth: Birth) -> UInt64 {
    UInt64(birth.clientISN.rawValue) << 32 | UInt64(birth.serverISN?.rawValue ?? 0)
  }
}
