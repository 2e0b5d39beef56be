internal import Audit
internal import Flow
internal import Wire

/// The sentences of the last paragraph: what was seen, found, not understood and lost.
extension SummaryRecord {
  /// `3 connections: 2 closed, 1 reset.`
  var connectionSentence: String {
    guard connections > 0 else {
      return open > 0
        ? "No connection is done with; \(Wording.count(open, "is", "are")) open or just over."
        : "No TCP connections."
    }
    let known = SummaryRecord.states.compactMap { state in
      states[state].flatMap { $0 > 0 ? "\(Wording.number($0)) \(Wording.state(state))" : nil }
    }
    let total = Wording.count(connections, "connection")
    let ended = known.isEmpty ? "\(total)." : "\(total): \(known.joined(separator: ", "))."
    return open > 0 ? "\(ended) \(Wording.count(open, "more is", "more are")) open or just over." : ended
  }

  /// What else is to be known of the connections: which are one, which nobody meant, and which nobody can judge.
  var connectionNotes: [String] { [twinSentence, healthCheckSentence, mixedSentence].compactMap(\.self) }

  private var twinSentence: String? {
    guard seenAgain > 0 else { return nil }
    let all = Wording.number(seenTwice + seenAgain)
    guard seenTwice > 1 else { return "\(all) connections are one, seen on both sides of a NAT." }
    return "\(all) connections are \(Wording.number(seenTwice)), seen on both sides of a NAT."
  }

  private var healthCheckSentence: String? {
    guard healthChecks > 0 else { return nil }
    let all = Wording.count(healthChecks, "connection is a health check", "connections are health checks")
    return "\(all): opened and closed at regular times, without data or at the answer to a hello."
  }

  private var mixedSentence: String? {
    guard mixedConnections > 0 else { return nil }
    let these = Wording.count(mixedConnections, "connection was not judged: its", "connections were not judged: their")
    return "\(these) packets are of two streams with the same addresses and ports, as on the two sides of a proxy or "
      + "firewall, in two tunnels or VLANs, or of two hosts behind one address. Record at one interface only, or keep "
      + "tunnels and VLANs apart (--key-tunnel, --key-vlan)."
  }

  /// `1 error, 0 warnings, 0 notes.`
  var findingSentence: String {
    let counts = Severity.allCases.reversed().map { Wording.count(findings[$0] ?? 0, $0.name) }
    return counts.joined(separator: ", ") + "."
  }

  /// What became of the packets, the capture's own losses, and what was left out: complete, or it would mislead.
  var captureSentences: [String] {
    [
      packetSentence, interruptionSentence, checksumSentence, lossSentence, unreadSentence, truncationSentence,
      duplicateSentence,
      fragmentSentence, icmpSentence, evictionSentence, unjudgedSentence,
    ]
    .compactMap(\.self)
  }

  /// Of nothing that might be TCP was enough understood to judge it.
  var isUndecoded: Bool { undecodedPackets > 0 && undecodedPackets + notTCPPackets >= packets }

  /// In the order in which a connection lives.
  private static var states: [ConnectionState] {
    [.closed, .reset, .established, .halfClosed, .closing, .midstream, .refused, .answered, .attempted]
  }

  private var packetSentence: String {
    let total = Wording.count(packets, "packet")
    if packets == 0 { return "\(total)." }
    var parts: [String] = []
    if notTCPPackets > 0 { parts.append("\(Wording.number(notTCPPackets)) not TCP") }
    guard undecodedPackets > 0 else {
      return parts.isEmpty ? "\(total), all decoded." : "\(total), all decoded, \(parts[0])."
    }
    parts.append("\(Wording.number(undecodedPackets)) not decoded")
    let reasons = skipped.keys.sorted().flatMap { layer in
      (skipped[layer] ?? [:]).sorted { $0.key < $1.key }.map { "\(layer): \($0.key) (\(Wording.number($0.value)))" }
    }
    let why = reasons.isEmpty ? "" : ": " + reasons.joined(separator: ", ")
    return "\(total), \(parts.joined(separator: ", "))\(why)."
  }

  /// Where they were verified: what offload leaves wrong is no damage.
  private var checksumSentence: String? {
    guard let checksums else { return nil }
    let damaged = checksums.bad - min(checksums.offloaded, checksums.bad)
    guard checksums.verified > 0 else { return "No checksum could be verified: no packet was captured whole." }
    let looked = "Of \(Wording.count(checksums.verified, "checksum"))"
    if checksums.bad == 0 { return "\(looked) none is wrong." }
    var parts: [String] = []
    if checksums.offloaded > 0 {
      parts.append(
        "\(Wording.count(checksums.offloaded, "was", "were")) left to the sender's network card, behind the capture (offload)"
      )
    }
    if damaged > 0 {
      parts.append("\(Wording.count(damaged, "is", "are")) wrong: damaged on the way, and dropped by who received them")
    }
    return "\(looked), \(Wording.list(parts))."
  }

  private var lossSentence: String? {
    var parts: [String] = []
    if kernelDropped > 0 { parts.append("the kernel dropped \(Wording.count(kernelDropped, "packet"))") }
    if interfaceDropped > 0 { parts.append("the interface dropped \(Wording.count(interfaceDropped, "packet"))") }
    if missingBytes > 0 {
      parts.append(
        "\(Wording.count(missingBytes, "byte")) that \(missingBytes == 1 ? "was" : "were") acknowledged "
          + "\(missingBytes == 1 ? "is" : "are") not in it (\(percent) of all)")
    }
    if parts.isEmpty, packets == 0 || isUndecoded { return nil }
    let isWhole = unreadInputs.isEmpty && damagedInputs == 0 && !wasInterrupted
    guard !parts.isEmpty else { return isWhole ? "The capture shows no loss." : "What was read shows no loss." }
    return "The capture is not complete: \(Wording.list(parts))."
  }

  private var percent: String {
    let rounded = missingRatio.isFinite ? UInt64((min(max(missingRatio, 0), 1) * 10_000).rounded()) : 0
    // All is all.
    let hundredths = missingRatio < 1 ? min(rounded, 9_999) : rounded
    guard hundredths > 0 else { return "less than 0.01 %" }
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }

  private var interruptionSentence: String? {
    guard wasInterrupted else { return nil }
    let share = percentRead.map { ", \($0 == 0 ? "less than 1" : String($0)) % of the input" } ?? ""
    return "The reading was interrupted after \(Wording.count(frames, "packet"))\(share): of the rest nothing is known."
  }

  private var unreadSentence: String? {
    guard let first = unreadInputs.first else { return nil }
    let name = unreadInputs.count == 1 ? Wording.input(first) : Wording.count(UInt64(unreadInputs.count), "input")
    return Wording.sentence("nothing could be read of \(name)")
  }

  private var truncationSentence: String? {
    guard damagedInputs > 0 || truncatedInput else { return nil }
    return "An input could not be read to its end; all before that was audited."
  }

  private var duplicateSentence: String? {
    guard duplicates > 0 else { return nil }
    return "\(Wording.count(duplicates, "packet was", "packets were")) captured more than once; copies count once."
  }

  private var fragmentSentence: String? {
    guard fragmentsIncomplete > 0 else { return nil }
    return "\(Wording.count(fragmentsIncomplete, "fragmented datagram")) never completed."
  }

  private var icmpSentence: String? { icmpErrors > 0 ? "\(Wording.count(icmpErrors, "ICMP error"))." : nil }

  private var unjudgedSentence: String? {
    guard unjudged > 0 else { return nil }
    return
      "\(Wording.count(unjudged, "connection was", "connections were")) only counted: more ended than could be judged."
  }

  private var evictionSentence: String? {
    guard evicted > 0 else { return nil }
    return "\(Wording.count(evicted, "connection was", "connections were")) given up for want of room: "
      + "what happened to them later is not known (--max-connections, --max-memory)."
  }
}
