/// Every rule that is built, in the catalogue's order.
public enum Catalogue {
  public static let rules: [Rule] = [
    // Closing: who ended it, and how.
    .finUnacked, .finUnanswered, .resetUnread, .resetAbort, .resetNotHeard, .resetForged,
    // Truncation: data sent and never delivered.
    .halfCloseTruncated, .transferTruncated,
    // Silence: no traffic from the peer.
    .synUnanswered, .synRefused, .synRejected, .handshakeUnfinished, .acceptOverflow, .neverHeard, .peerVanished,
    .keepaliveUnanswered, .halfOpen, .acksLost, .idleKilled, .stalledReader, .bigPacketsLost,
    // The capture itself.
    .captureLoss, .captureOneSided, .captureDuplicated, .captureClock, .captureCut,
  ]

  public static func rule(_ id: String) -> Rule? { rules.first { $0.id == id } }

  /// The page of `tcpaudit explain`, Markdown; nil for an unknown rule.
  public static func page(_ id: String) -> String? { Page.text(of: id) }
}
