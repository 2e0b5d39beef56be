// Written by tools/pages.
enum Page {
  /// Markdown; nil for an unknown rule.
  static func text(of id: String) -> String? {
    switch id {
    case "accept-overflow": acceptOverflow
    case "acks-lost": acksLost
    case "big-packets-lost": bigPacketsLost
    case "capture-clock": captureClock
    case "capture-cut": captureCut
    case "capture-duplicated": captureDuplicated
    case "capture-loss": captureLoss
    case "capture-one-sided": captureOneSided
    case "fin-unacked": finUnacked
    case "fin-unanswered": finUnanswered
    case "half-close-truncated": halfCloseTruncated
    case "half-open": halfOpen
    case "handshake-unfinished": handshakeUnfinished
    case "idle-killed": idleKilled
    case "keepalive-unanswered": keepaliveUnanswered
    case "never-heard": neverHeard
    case "partnerless": partnerless
    case "peer-vanished": peerVanished
    case "reset-abort": resetAbort
    case "reset-forged": resetForged
    case "reset-not-heard": resetNotHeard
    case "reset-unread": resetUnread
    case "socket-leak": socketLeak
    case "stalled-reader": stalledReader
    case "syn-refused": synRefused
    case "syn-rejected": synRejected
    case "syn-unanswered": synUnanswered
    case "transfer-truncated": transferTruncated
    default: nil
    }
  }
}
