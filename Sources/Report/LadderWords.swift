internal import Flow
internal import Wire

// The names that a ladder's rows are made of.
extension LadderReading {
  static func flagNames(_ flags: TCPFlags) -> String {
    let names: [(TCPFlags, String)] = [
      (.syn, "SYN"), (.fin, "FIN"), (.rst, "RST"), (.psh, "PSH"), (.urg, "URG"), (.ack, "ACK"),
    ]
    let set = names.filter { flags.contains($0.0) }.map(\.1)
    if flags.contains(.unknown) { return "?" }
    return set.isEmpty ? "none" : set.joined(separator: " ")
  }

  /// What a SYN offers, after a semicolon.
  static func options(_ segment: Segment) -> String {
    if segment.options.contains(.notCaptured) { return "" }
    var offers: [String] = []
    if segment.options.contains(.mss) { offers.append("MSS \(segment.mss)") }
    if segment.options.contains(.windowScale) { offers.append("scale \(segment.windowScale)") }
    if segment.options.contains(.sackPermitted) { offers.append("SACK") }
    if segment.options.contains(.timestamps) { offers.append("timestamps") }
    if segment.options.contains(.mptcp) { offers.append("MPTCP") }
    return offers.isEmpty ? "" : "; " + offers.joined(separator: ", ")
  }

  static func ordinal(_ number: Int) -> String {
    let suffix =
      switch (number % 10, number % 100) {
      case (_, 11...13): "th"
      case (1, _): "st"
      case (2, _): "nd"
      case (3, _): "rd"
      default: "th"
      }
    return "\(number)\(suffix)"
  }
}

extension SegmentReader {
  /// Scaled where both SYNs told (RFC 7323 §2.2); a SYN's own window never is.
  func window(_ segment: Segment, _ side: Side) -> LadderWindow {
    let raw = UInt64(segment.window)
    if segment.flags.contains(.syn) { return LadderWindow(bytes: raw, isLeast: false) }
    guard facts.client.mss != nil || facts.client.windowScale != nil || facts.handshake.syn != nil,
      facts.handshake.synAck != nil
    else { return LadderWindow(bytes: raw, isLeast: raw != 0) }
    guard facts.client.windowScale != nil, facts.server.windowScale != nil, let shift = facts[side].windowScale
    else { return LadderWindow(bytes: raw, isLeast: false) }
    return LadderWindow(bytes: raw << UInt64(min(shift, 14)), isLeast: false)
  }
}

/// What an ICMP error claims, in words (RFC 792, RFC 1812 §5.2.7.1, RFC 4443).
enum ICMPWords {
  static func name(_ error: QuotedError) -> String {
    error.ipVersion == 6 ? name6(error) : name4(error)
  }

  private static func name4(_ error: QuotedError) -> String {
    switch (error.type, error.code) {
    case (3, 0): "network unreachable"
    case (3, 1): "host unreachable"
    case (3, 2): "protocol unreachable"
    case (3, 3): "port unreachable"
    case (3, 4): tooBig(error)
    case (3, 9), (3, 10), (3, 13): "administratively prohibited"
    case (3, _): "unreachable (code \(error.code))"
    case (11, _): "time to live exceeded"
    case (12, _): "parameter problem"
    default: "ICMP type \(error.type) code \(error.code)"
    }
  }

  private static func name6(_ error: QuotedError) -> String {
    switch (error.type, error.code) {
    case (1, 0): "no route"
    case (1, 1): "administratively prohibited"
    case (1, 3): "address unreachable"
    case (1, 4): "port unreachable"
    case (1, _): "unreachable (code \(error.code))"
    case (2, _): tooBig(error)
    case (3, _): "hop limit exceeded"
    case (4, _): "parameter problem"
    default: "ICMPv6 type \(error.type) code \(error.code)"
    }
  }

  private static func tooBig(_ error: QuotedError) -> String {
    error.mtu > 0 ? "packet too big, MTU \(error.mtu)" : "packet too big"
  }
}
