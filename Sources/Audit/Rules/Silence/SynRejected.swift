internal import Flow
internal import Wire

extension Rule {
  static let synRejected = Rule(
    id: "syn-rejected", section: .silence, severity: .error, when: .icmp,
    title: "SYN answered by an ICMP or ICMPv6 error"
  ) { facts, surroundings, thresholds in
    guard let notice = facts.icmp, notice.quoted == .client, notice.isRejection, let syn = facts.client.syn,
      facts.handshake.syn != nil, facts.handshake.synAck == nil, facts.server.packets == 0,
      facts.client.packets == facts.client.synPackets
    else { return nil }
    let reporter = notice.reporter.text(ipVersion: notice.ipVersion)
    let byServer = notice.reporter == facts.serverEndpoint.address
    let confidence = facts.confidence(
      .certain, from: syn.first.time, to: syn.last.time, losing: [], surroundings)
    return Finding(
      rule: "syn-rejected", severity: .error, confidence: confidence,
      suspects: byServer ? [.server, .path] : [.path],
      summary: "SYN rejected by \(byServer ? "the server" : reporter): \(notice.words)",
      evidence: [
        Evidence(syn.first, .client, "SYN"),
        Evidence(notice.first, nil, "\(notice.protocolName) from \(reporter): \(notice.words)"),
      ],
      facts: [
        NamedFact("icmp", notice.words), NamedFact("icmp_type", Int64(notice.type)),
        NamedFact("icmp_code", Int64(notice.code)), NamedFact("reporter", reporter),
        NamedFact("errors", Int64(notice.count)), NamedFact("transmissions", Int64(syn.count)),
      ],
      mend: notice.mend(reporter: byServer ? "the server" : reporter))
  }
}

extension ICMPNotice {
  var isSix: Bool { ipVersion == 6 }
  var protocolName: String { isSix ? "ICMPv6" : "ICMP" }

  fileprivate func mend(reporter: String) -> String {
    switch (isSix, type, code) {
    case (false, 3, 9), (false, 3, 10), (false, 3, 13), (true, 1, 1), (true, 1, 5), (true, 1, 6):
      "A rule at \(reporter) forbids this: ask who runs it."
    case (false, 3, 1), (true, 1, 3):
      "\(reporter) finds no such host on its network: see whether the host is up and its address right."
    case (false, 3, 0), (false, 3, 6), (true, 1, 0):
      "\(reporter) has no route there: look at its routing table."
    case (false, 3, 3), (true, 1, 4), (false, 3, 2):
      "A firewall that rejects says this too (iptables REJECT by default): look at the rules of \(reporter)."
    case (false, 11, _), (true, 3, _):
      "The packet went in a circle or had too many hops: traceroute shows where."
    default:
      "Look at what \(reporter) has against this packet."
    }
  }
}
