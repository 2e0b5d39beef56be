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
    let reporter = notice.reporterText
    let byServer = notice.reporter == facts.serverEndpoint.address
    let confidence = facts.confidence(
      .certain, from: syn.first.time, to: syn.last.time, losing: [], surroundings)
    return Finding(
      rule: "syn-rejected", severity: .error, confidence: confidence,
      suspects: byServer ? [.server, .path] : [.path],
      summary: "SYN rejected by \(byServer ? "the server" : reporter): \(notice.words)",
      evidence: [Evidence(syn.first, .client, "SYN"), notice.evidence],
      facts: notice.facts + [NamedFact("transmissions", Int64(syn.count))],
      mend: notice.mend(reporter: byServer ? "the server" : reporter))
  }
}
