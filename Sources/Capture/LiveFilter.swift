/// What the kernel hands over: TCP with its fragments, and the ICMP errors that may quote it; tunnels where they are asked for.
///
/// Written in libpcap's syntax (pcap-filter(7)), which libpcap compiles for the interface.
struct LiveFilter {
  /// In libpcap's syntax; nil is everything.
  var user: String?
  var tunnels = false

  /// The richest first; a link type without VLANs or EtherTypes takes one of the later ones.
  var texts: [String] {
    let one = filter(etherTypes: tunnels)
    // Where the kernel has taken a tag off, the first of these fits; `vlan` moves all offsets behind it.
    let tagged = "(\(one)) or (vlan and (\(one))) or (vlan and (\(one)))"
    return tunnels ? [tagged, one, filter(etherTypes: false)] : [tagged, one]
  }

  private func filter(etherTypes: Bool) -> String {
    // `tcp` is the protocol number, later fragments included; behind other extension headers of IPv6 it is not seen.
    let tcp = "tcp or (ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 51 or ip6[6] = 60))"
    let errors =
      "(icmp and (icmp[0] = 3 or icmp[0] = 4 or icmp[0] = 11 or icmp[0] = 12))"
      + " or (icmp6 and ip6[40] >= 1 and ip6[40] <= 4)"
    var wanted = tcp
    if tunnels { wanted += " or " + Self.tunnelled + (etherTypes ? " or " + Self.labelled : "") }
    guard let user, user.contains(where: { $0 != " " }) else { return "\(wanted) or \(errors)" }
    // Ports are in the first fragment alone, and an error has those of what it quotes.
    let fragments = "(ip proto 6 and ip[6:2] & 0x1fff != 0) or (ip6 and ip6[6] = 44 and ip6[40] = 6)"
    return "((\(wanted)) and (\(user))) or \(fragments) or \(errors)"
  }

  /// IP in IP, GRE, MPLS in IP, and the ports that the decoder takes for tunnels.
  private static var tunnelled: String {
    "ip proto 4 or ip proto 41 or ip proto 47 or ip proto 137 or ip6 proto 4 or ip6 proto 41 or ip6 proto 47"
      + " or (udp and ("
      + [4789, 8472, 4790, 6081, 2152, 3544, 5072, 1701].map { "port \($0)" }.joined(separator: " or ") + "))"
  }

  /// MPLS and PPPoE sessions.
  private static var labelled: String { "ether proto 0x8847 or ether proto 0x8848 or ether proto 0x8864" }
}
