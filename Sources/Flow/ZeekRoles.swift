internal import Wire

/// Whom Zeek takes for the originator where no SYN says it.
enum ZeekRoles {
  /// Whether the sender of a connection's first segment is taken for the responder: by its port, where the segment is
  /// no SYN.
  static func isReply(_ segment: Segment) -> Bool {
    let isSYN = segment.flags.contains(.syn)
    guard !isSYN || segment.flags.contains(.ack), isServer(segment.sourcePort) else { return false }
    guard isServer(segment.destinationPort) else { return true }
    // Both may be servers: a SYN-ACK may be a scan, else the lower port is the server.
    return !isSYN && segment.sourcePort < segment.destinationPort
  }

  /// The ports of the protocols that Zeek knows (`likely_server_ports`, as its default scripts fill it).
  private static func isServer(_ port: UInt16) -> Bool {
    switch port {
    // FTP, SSH, SMTP, WHOIS, DNS, finger, Kerberos, POP3
    case 21, 2811, 22, 25, 587, 43, 53, 79, 88, 110: true
    // HTTP, proxies, SOCKS
    case 80, 81, 631, 1080, 3128, 8000, 8080, 8888: true
    // DCE-RPC, SMB, IMAP, LDAP
    case 135, 139, 445, 143, 389, 3268: true
    // TLS in its many names
    case 443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223: true
    // Modbus, DNP3, MySQL, PostgreSQL, Redis, RDP, MQTT, SIP, XMPP, IRC
    case 502, 20_000, 1434, 3306, 5432, 6379, 3389, 1883, 5060, 5222, 5269, 6666...6669: true
    default: false
    }
  }
}
