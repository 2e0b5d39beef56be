internal import Flow
internal import Wire

/// What is known of how each TCP stack closes and resets, and from where. Only what was measured or read accuses anybody;
/// a stack that is not recognised is never accused by the anatomy of its RST.
enum Stack: String, CaseIterable {
  case linux, netBSD, openBSD, darwin, freeBSD, windows

  struct Habits {
    /// A live socket's RST has timestamps where they were negotiated; nil is not known.
    var timestampsInReset: Bool?
    /// close() with unread data sends RST in place of FIN (RFC 2525 §2.17); nil is not known.
    var resetsOnUnread: Bool?
    var source: String
  }

  var habits: Habits {
    switch self {
    case .linux:
      // RST+ACK at SND.NXT, window as before, IP ID runs on; a kernel without that socket: bare, 20 bytes, window 0, IP ID 0.
      Habits(
        timestampsInReset: true, resetsOnUnread: true,
        source: "measured, 6.18; tcp_send_active_reset, tcp_v4_send_reset, __tcp_close")
    case .netBSD:
      Habits(
        timestampsInReset: false, resetsOnUnread: nil, source: "source, sys/netinet/tcp_output.c: none where RST is set"
      )
    case .openBSD:
      Habits(
        timestampsInReset: false, resetsOnUnread: nil, source: "source, sys/netinet/tcp_output.c, tcp_subr.c: likewise")
    case .darwin:
      // macOS, iOS.
      Habits(
        timestampsInReset: false, resetsOnUnread: nil, source: "source, xnu bsd/netinet/tcp_output.c: likewise")
    case .freeBSD:
      // At SND.MAX, as Linux; taken for Linux it is not wronged.
      Habits(
        timestampsInReset: true, resetsOnUnread: nil,
        source: "source, sys/netinet/tcp_output.c: wherever the peer sent them")
    case .windows:
      // An abort also where an overlapped read is pending (libuv #3036).
      Habits(
        timestampsInReset: nil, resetsOnUnread: nil,
        source: "documented (winsock, LINGER): a hard close resets at once; the form of its RST is not")
    }
  }

  /// The stack whose marks a side's SYN bears and no other's; nil where in doubt. Linux alone has all of: initial TTL 64,
  /// timestamps and SACK, and a window scale of 7 or more (the BSDs and macOS offer 6 or less by default).
  static func recognised(_ side: SideFacts) -> Stack? {
    guard let ttl = side.ttl, ttl <= 64, ttl > 32, side.timestamps == true, side.sackPermitted == true,
      let scale = side.windowScale, scale >= 7, scale <= 14
    else { return nil }
    return .linux
  }

  /// Whether the stack of a side resets where it closes with data unread; nil where that is not known of it, or the stack is not.
  static func resetsOnUnread(_ side: SideFacts) -> Bool? { recognised(side)?.habits.resetsOnUnread }

  /// Whether a RST+ACK is as its claimed sender's stack makes it; nil where the stack is not known, and for a bare RST, which
  /// any kernel without that socket sends.
  static func fits(_ reset: Reset, from side: Side, _ facts: Facts) -> Bool? {
    guard reset.flags.contains(.ack), !reset.options.contains(.notCaptured),
      let stack = recognised(facts[side]), stack.habits.timestampsInReset == true,
      facts.client.timestamps == true, facts.server.timestamps == true
    else { return nil }
    return reset.options.contains(.timestamps)
  }
}
