internal import Flow
internal import Wire

extension Rule {
  static let bigPacketsLost = Rule(
    id: "big-packets-lost", section: .silence, severity: .error, when: .unanswered,
    title: "small segments arrive and full-sized ones never: a path-MTU black hole"
  ) { facts, surroundings, thresholds in
    for side in Side.allCases {
      if let finding = facts.blackHole(side, surroundings, thresholds) { return finding }
    }
    return nil
  }
}

extension Facts {
  fileprivate func blackHole(_ side: Side, _ surroundings: Surroundings, _ thresholds: Thresholds) -> Finding? {
    let own = self[side]
    guard let run = own.unanswered, run.kind == .data, run.isBackingOff(thresholds), state != .closed,
      run.length >= thresholds.largeSegment, run.length > own.largestAcked, abort == nil, !standsAt(side.other),
      surroundings.recorded(since: run.sent, thresholds) >= overdue(thresholds)
    else { return nil }
    let tooBig = icmp.flatMap { $0.quoted == side && $0.isTooBig ? $0 : nil }
    // Selectively acknowledged, and less than one large segment: small ones arrived.
    let smallSACKed = own.sackedBytes > 0 && own.sackedBytes < run.length
    guard own.sackedBytes < run.length, tooBig != nil || own.largestAcked > 0 || smallSACKed else { return nil }
    // It moves on with a peer that the capture does not see: then nothing is known of what arrives.
    guard !run.movedOn || run.peerPackets > 0 else { return nil }
    // The peer repeats what was acknowledged meanwhile: what is lost are ACKs, too, and no segments are smaller.
    if let deaf = self[side.other].deaf, deaf.count >= 2, run.sent.first.precedes(deaf.last) { return nil }
    // A peer that says nothing any more may as well be gone: that is peer-vanished.
    let isAlive = tooBig != nil || smallSACKed || goesOn(run, thresholds)
    guard isAlive || diedOfSize(run, side, thresholds) else { return nil }
    let ample = tooBig != nil || run.sent.count >= thresholds.dataTransmissions + 2
    let best: Confidence = ample ? .certain : .likely
    let lost = own.lostBytes
    let small = own.largestAcked > 0 ? "up to \(bytes(own.largestAcked))" : "smaller ones"
    return Finding(
      rule: "big-packets-lost", severity: .error,
      confidence: confidence(
        isAlive ? best : best.lowered(), from: run.sent.first.time, to: run.sent.last.time, losing: [side.other],
        surroundings),
      suspects: isAlive ? [.path] : [.path, side.other.party],
      summary: "segments of \(bytes(run.length)) from the \(side.name) never arrive (sent \(commas(run.sent.count)) "
        + "times over \(Audit.duration(run.sent.span))), \(small) do",
      bytesLost: lost, bytesLostExact: own.fin != nil, evidence: evidence(of: run, side, tooBig),
      facts: [
        NamedFact("length", Int64(run.length)), NamedFact("largest_acked", Int64(own.largestAcked)),
        NamedFact("transmissions", Int64(run.sent.count)), NamedFact("span", duration: run.sent.span),
        NamedFact("last_gap", duration: run.sent.lastGap), NamedFact("mss", own.mss.map { Int64($0) }),
        NamedFact("next_hop_mtu", tooBig.map { Int64($0.mtu) }), NamedFact("lost_unacked", Int64(clamping: lost)),
      ],
      mend: tooBig.map {
        "\($0.reporter.text(ipVersion: $0.ipVersion)) says that \($0.mtu) bytes is the most; the \(side.name) does not "
          + "hear it or does not heed it: let ICMP through, or clamp the MSS."
      }
        ?? "Find the MTU (tracepath), let ICMP \"fragmentation needed\" and \"packet too big\" through, or clamp the MSS; "
        + "net.ipv4.tcp_mtu_probing=1 on the \(side.name) works around it.")
  }

  /// The peer is heard of while `run` is repeated: by more than ACKs, which may answer what is as large and has arrived, unless they would say
  /// so (RFC 2018); and it has not fallen silent since.
  private func goesOn(_ run: Unanswered, _ thresholds: Thresholds) -> Bool {
    guard run.peerPackets > 0, run.peerSpoke || (client.sackPermitted == true && server.sackPermitted == true) else {
      return false
    }
    return run.silentPart.map { !$0.isBackingOff(thresholds) } ?? true
  }

  /// Heard a moment before, and silent from the very first full-sized segment on, while nothing else is outstanding that it
  /// could have answered: that its host died in that moment is the less likely story, and not ruled out. Of a smaller one it is
  /// not even that.
  private func diedOfSize(_ run: Unanswered, _ side: Side, _ thresholds: Thresholds) -> Bool {
    let own = self[side]
    guard let heard = self[side.other].lastAlive, heard.precedes(run.sent.first), run.sinceHeard == nil, run.length > 0,
      own.fin == nil, 4 * Int(run.length) >= 3 * Int(self[side.other].mss ?? 1460)
    else { return false }
    return run.sent.first.time.since(heard.time) <= thresholds.freshAnswer
      && own.unackedBytes.isMultiple(of: UInt64(run.length))
  }

  private func evidence(of run: Unanswered, _ side: Side, _ tooBig: ICMPNotice?) -> [Evidence] {
    var all = [
      Evidence(run.sent.first, side, "\(bytes(run.length)), the first time"),
      Evidence(run.sent.last, side, "the same, the \(ordinal(run.sent.count)) time, and not acknowledged"),
    ]
    if let tooBig { all.append(Evidence(tooBig.first, nil, "\(tooBig.protocolName): \(tooBig.words)")) }
    if let alive = run.lastPeer {
      all.append(Evidence(alive, side.other, "the \(side.other.name) is alive and has not got it"))
    }
    return all.sorted { $0.moment.precedes($1.moment) }
  }
}
