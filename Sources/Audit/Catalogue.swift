/// Every rule that is built, in the catalogue's order.
public enum Catalogue {
  /// The order in which `tcpaudit rules` lists them; a rule's place is its bit (`bit(of:)`), so 64 at most.
  public static let rules: [Rule] = [
    // Closing: who ended it, and how.
    .finUnacked, .finUnanswered, .resetUnread, .resetAbort, .resetNotHeard, .resetForged,
    // Truncation: data sent and never delivered.
    .halfCloseTruncated, .transferTruncated,
    // Silence: no traffic from the peer.
    .synUnanswered, .synRefused, .synRejected, .handshakeUnfinished, .acceptOverflow, .neverHeard, .peerVanished,
    .keepaliveUnanswered, .halfOpen, .acksLost, .idleKilled, .stalledReader, .bigPacketsLost,
    // Beside the kernel of this host.
    .partnerless, .socketLeak,
    // The capture itself.
    .captureLoss, .captureOneSided, .captureDuplicated, .captureClock, .captureCut,
  ]

  /// nil where no rule is called so.
  public static func rule(_ id: String) -> Rule? { rules.first { $0.id == id } }

  /// One bit for each rule; 0 for an unknown one.
  public static func bit(of id: String) -> UInt64 {
    rules.firstIndex { $0.id == id }.map { 1 << UInt64($0) } ?? 0
  }

  /// The page of `tcpaudit explain`, Markdown; nil for an unknown rule.
  public static func page(_ id: String) -> String? { Page.text(of: id) }
}
