/// How many checksums of TCP segments were verified, and what came of it (field.md, trap 9).
public struct ChecksumCounts: Equatable, Sendable {
  /// Segments captured whole: of others nobody knows.
  public var verified: UInt64 = 0
  /// Of these, how many carry another checksum than their bytes ask for.
  public var bad: UInt64 = 0
  /// Of the bad, how many were left to their sender's network card (offload): right once they are on the wire. The others were
  /// damaged on their way, or made up.
  public var offloaded: UInt64 = 0

  /// Nothing verified yet.
  public init() {}
}

/// What the checksums say of the hosts that sent them; only with `Decoder(verifyChecksums:)`.
///
/// A card that computes checksums leaves a capture on its own host with wrong ones, all of that host's or nearly all. A wrong
/// one amid right ones of the same host is damage.
struct HostChecksums {
  /// Most hosts that are told apart; what comes after them counts as one host.
  static var limit: Int { 65_536 }

  private struct Counts {
    var right: UInt64 = 0
    var wrong: UInt64 = 0

    var isDamaged: Bool { right > wrong }
  }

  private var hosts: [IPAddress: Counts] = [:]
  private var others = Counts()
  private var verified: UInt64 = 0
  private var unfinished: UInt64 = 0

  /// Takes in one segment. Says whether it is damaged, as far as is known by now: wrong, amid right ones of the same host.
  mutating func take(_ verdict: Checksum.Verdict, from host: IPAddress) -> Bool {
    verified &+= 1
    if case .unfinished = verdict {
      unfinished &+= 1
      return false
    }
    if let place = hosts.index(forKey: host) { return HostChecksums.take(verdict, &hosts.values[place]) }
    guard hosts.count < HostChecksums.limit else { return HostChecksums.take(verdict, &others) }
    var counts = Counts()
    let isDamaged = HostChecksums.take(verdict, &counts)
    hosts[host] = counts
    return isDamaged
  }

  private static func take(_ verdict: Checksum.Verdict, _ counts: inout Counts) -> Bool {
    if case .right = verdict {
      counts.right &+= 1
      return false
    }
    counts.wrong &+= 1
    return counts.isDamaged
  }

  /// With all that is known of each host by now.
  var counts: ChecksumCounts {
    var result = ChecksumCounts()
    result.verified = verified
    result.bad = unfinished
    result.offloaded = unfinished
    for host in [others] + Array(hosts.values) {
      result.bad += host.wrong
      if !host.isDamaged { result.offloaded += host.wrong }
    }
    return result
  }
}
