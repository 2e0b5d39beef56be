internal import Flow

/// What an ICMP or ICMPv6 error says, as the RFCs name it.
public enum ICMPWords {
  /// Small letters, as the RFC has it; `type 3, code 77` where none has a name for it.
  public static func text(type: UInt8, code: UInt8, ipVersion: UInt8) -> String {
    let known = ipVersion == 6 ? six(type, code) : four(type, code)
    return known ?? "type \(type), code \(code)"
  }

  /// RFC 792; codes 6 to 12 of type 3: RFC 1122 §3.2.2.1; 13 to 15: RFC 1812 §5.2.7.1.
  private static func four(_ type: UInt8, _ code: UInt8) -> String? {
    switch (type, code) {
    case (3, 0): "network unreachable"
    case (3, 1): "host unreachable"
    case (3, 2): "protocol unreachable"
    case (3, 3): "port unreachable"
    case (3, 4): "fragmentation needed and DF set"
    case (3, 5): "source route failed"
    case (3, 6): "destination network unknown"
    case (3, 7): "destination host unknown"
    case (3, 8): "source host isolated"
    case (3, 9): "communication with destination network administratively prohibited"
    case (3, 10): "communication with destination host administratively prohibited"
    case (3, 11): "network unreachable for type of service"
    case (3, 12): "host unreachable for type of service"
    case (3, 13): "communication administratively prohibited"
    case (3, 14): "host precedence violation"
    case (3, 15): "precedence cutoff in effect"
    case (4, 0): "source quench"
    case (5, _): "redirect"
    case (11, 0): "time to live exceeded in transit"
    case (11, 1): "fragment reassembly time exceeded"
    case (12, _): "parameter problem"
    default: nil
    }
  }

  /// RFC 4443 §3.
  private static func six(_ type: UInt8, _ code: UInt8) -> String? {
    switch (type, code) {
    case (1, 0): "no route to destination"
    case (1, 1): "communication with destination administratively prohibited"
    case (1, 2): "beyond scope of source address"
    case (1, 3): "address unreachable"
    case (1, 4): "port unreachable"
    case (1, 5): "source address failed ingress/egress policy"
    case (1, 6): "reject route to destination"
    case (2, _): "packet too big"
    case (3, 0): "hop limit exceeded in transit"
    case (3, 1): "fragment reassembly time exceeded"
    case (4, 0): "erroneous header field encountered"
    case (4, 1): "unrecognized next header type encountered"
    case (4, 2): "unrecognized IPv6 option encountered"
    default: nil
    }
  }
}
