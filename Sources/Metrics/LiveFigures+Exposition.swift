internal import Audit
internal import Report

extension LiveFigures {
  /// As Prometheus reads them. Families and samples come in the same order each time.
  var exposition: String {
    var page = Exposition()
    page.family("tcpaudit_build_info", .gauge, "The version that runs; always 1.")
    page.sample("tcpaudit_build_info", 1, [("version", version)])
    traffic(&page)
    findings(&page)
    state(&page)
    return page.text
  }

  private func traffic(_ page: inout Exposition) {
    page.family("tcpaudit_packets_total", .counter, "Packets captured.")
    page.sample("tcpaudit_packets_total", packets)
    page.family("tcpaudit_tcp_packets_total", .counter, "TCP segments among them.")
    page.sample("tcpaudit_tcp_packets_total", tcpPackets)
    page.family("tcpaudit_undecoded_packets_total", .counter, "Packets that could not be decoded.")
    page.sample("tcpaudit_undecoded_packets_total", undecodedPackets)
    page.family("tcpaudit_wire_bytes_total", .counter, "Bytes on the wire of the packets captured.")
    page.sample("tcpaudit_wire_bytes_total", bytes)
    page.family(
      "tcpaudit_dropped_packets_total", .counter, "Packets that the capture lost, by who dropped them.")
    page.sample("tcpaudit_dropped_packets_total", kernelDropped, [("by", "kernel")])
    page.sample("tcpaudit_dropped_packets_total", interfaceDropped, [("by", "interface")])
  }

  private func findings(_ page: inout Exposition) {
    page.family(
      "tcpaudit_findings_total", .counter,
      "Findings, by rule, severity and who is at fault; what healed later stays counted.")
    let kinds = findings.map { ($0.rule, $0.severity.name, $0.atFault?.rawValue ?? "unknown", $1) }.sorted { $0 < $1 }
    for (rule, severity, fault, count) in kinds {
      page.sample(
        "tcpaudit_findings_total", count, [("rule", rule), ("severity", severity), ("at_fault", fault)])
    }
    page.family(
      "tcpaudit_lost_bytes_total", .counter,
      "Bytes sent and never delivered, of connections that have ended, by rule; at least.")
    for (rule, count) in bytesLost.sorted(by: { $0.key < $1.key }) {
      page.sample("tcpaudit_lost_bytes_total", count, [("rule", rule)])
    }
    page.family(
      "tcpaudit_open_lost_bytes", .gauge,
      "Bytes sent and not delivered, of connections that are open, by rule; they may still arrive.")
    for rule in bytesLost.keys.sorted() {
      page.sample("tcpaudit_open_lost_bytes", openBytesLost[rule, default: 0], [("rule", rule)])
    }
  }

  private func state(_ page: inout Exposition) {
    page.family("tcpaudit_connections_total", .counter, "Connections seen.")
    page.sample("tcpaudit_connections_total", connections)
    page.family("tcpaudit_open_connections", .gauge, "Connections followed now, by state.")
    for (state, count) in openConnections.sorted(by: { $0.key < $1.key }) {
      page.sample("tcpaudit_open_connections", count, [("state", state)])
    }
    page.family("tcpaudit_evicted_connections_total", .counter, "Connections given up for want of memory.")
    page.sample("tcpaudit_evicted_connections_total", evicted)
    page.family(
      "tcpaudit_waiting_connections", .gauge, "Connections that have ended and wait to be judged.")
    page.sample("tcpaudit_waiting_connections", waiting)
    page.family(
      "tcpaudit_unjudged_connections_total", .counter, "Connections that ended too fast to be judged, and were counted."
    )
    page.sample("tcpaudit_unjudged_connections_total", unjudged)
    page.family("tcpaudit_tracker_bytes", .gauge, "Memory that the connections take.")
    page.sample("tcpaudit_tracker_bytes", trackerBytes)
    page.family("tcpaudit_lag_seconds", .gauge, "How far the audit is behind the wire.")
    page.sample("tcpaudit_lag_seconds", lag)
  }
}
