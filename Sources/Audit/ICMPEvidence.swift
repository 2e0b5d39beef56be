internal import Flow
internal import Wire

// What a router or a host says of packets that go nowhere is the best proof of a silence there is: it names who says so, and why.
extension Facts {
  /// The error after which nothing more came from where the packet should have gone: whatever silence `rule` finds, it tells of it.
  /// What a RST has ended it does not explain.
  func lastWord(for rule: Rule) -> ICMPNotice? {
    guard let icmp, rule.section == .silence || abort == nil else { return nil }
    let wasHeardLater = self[icmp.quoted.other].lastAlive.map { icmp.first.precedes($0) } ?? false
    return wasHeardLater ? nil : icmp
  }
}

extension Finding {
  /// Takes the error in among the evidence, where it is not the rule's own.
  mutating func take(_ notice: ICMPNotice) {
    guard !evidence.contains(where: { $0.side == nil && $0.moment == notice.first }) else { return }
    let place = evidence.firstIndex { notice.first.precedes($0.moment) } ?? evidence.endIndex
    evidence.insert(notice.evidence, at: place)
    summary += "; \(notice.protocolName) from \(notice.reporterText): \(notice.words)"
    facts += notice.facts
    mend = "\(notice.mend(reporter: notice.reporterText)) \(mend)"
  }
}

extension ICMPNotice {
  private var isSix: Bool { ipVersion == 6 }
  var protocolName: String { isSix ? "ICMPv6" : "ICMP" }
  var reporterText: String { reporter.text(ipVersion: ipVersion) }

  /// Type and code as the RFCs name them.
  var words: String { ICMPWords.text(type: type, code: code, ipVersion: ipVersion) }

  /// A router forwards no larger packet: next-hop MTU in `mtu`.
  var isTooBig: Bool { isSix ? type == 2 : type == 3 && code == 4 }

  var evidence: Evidence { Evidence(first, nil, "\(protocolName) from \(reporterText): \(words)") }

  var facts: [NamedFact] {
    [
      NamedFact("icmp", words), NamedFact("icmp_type", Int64(type)), NamedFact("icmp_code", Int64(code)),
      NamedFact("reporter", reporterText), NamedFact("errors", Int64(count)),
    ]
  }

  /// What to do about it.
  func mend(reporter: String) -> String {
    switch (isSix, type, code) {
    case (false, 3, 9), (false, 3, 10), (false, 3, 13), (true, 1, 1), (true, 1, 5), (true, 1, 6):
      "A rule at \(reporter) forbids this: ask who runs it."
    case (false, 3, 1), (true, 1, 3):
      "\(reporter) finds no such host on its network: see whether the host is up and its address right."
    case (false, 3, 0), (false, 3, 6), (true, 1, 0):
      "\(reporter) has no route there: look at its routing table."
    case (false, 3, 3), (true, 1, 4), (false, 3, 2):
      "A firewall that rejects says this too (iptables REJECT by default): look at the rules of \(reporter)."
    case (false, 3, 4), (true, 2, _):
      "\(reporter) forwards no packet of more than \(mtu) bytes: let ICMP through, or clamp the MSS."
    case (false, 11, 1), (true, 3, 1):
      "\(reporter) did not get all fragments of the packet: something on the way drops fragments."
    case (false, 11, _), (true, 3, _):
      "The packet went in a circle or had too many hops: traceroute shows where."
    default:
      "Look at what \(reporter) has against this packet."
    }
  }
}
