internal import Audit
public import Flow
internal import Wire

/// `--format json`: one object a line, as interface.md names every field.
public struct JSONReport: Reporter {
  private let output: Output
  private let findingsOnly: Bool
  private let isLive: Bool
  private var held = HeldFilters()
  private var fields = JSONFields()
  private var severalInputs = false

  /// - Parameters:
  ///   - findingsOnly: connections without a finding are left out.
  ///   - output: where lines go; it decides whether each is flushed at once.
  ///   - isLive: no line waits until it is known whether its connection's addresses and ports are used again.
  public init(_ output: Output, findingsOnly: Bool = false, isLive: Bool = false) {
    self.output = output
    self.findingsOnly = findingsOnly
    self.isLive = isLive
  }

  /// As its output: the reader went away, or a write failed.
  public var isBroken: Bool { output.isClosed }

  /// The `run` line.
  public mutating func begin(_ run: RunRecord) {
    severalInputs = run.inputs.count > 1
    beginLine("run")
    fields.count("schema", 1)
    fields.text("tool", "tcpaudit")
    fields.text("version", run.version)
    fields.list("inputs", run.inputs) { $0.writer.jsonString($1) }
    fields.text("filter", run.filter)
    endLine()
  }

  /// Its addresses and ports may be used again: a display filter that waits gets frame numbers then.
  public mutating func meet(_ connection: borrowing Brief) { held.meet(connection) }

  /// A `connection` line, then a `finding` line for each of its findings that was not told before.
  public mutating func report(_ connection: ConnectionRecord) { report(connection.facts, connection.verdict) }

  /// The same.
  public mutating func report(_ facts: Facts, _ verdict: ConnectionVerdict) {
    if findingsOnly, verdict.findings.isEmpty { return }
    beginLine("connection")
    verdict.visit(&fields, with: facts, severalInputs: severalInputs)
    endLine()
    for finding in verdict.findings where !finding.wasTold {
      write(finding, ShownConnection(facts), isUndated: facts.isUndated)
    }
  }

  /// A `finding` line with `connection` and `display_filter` null.
  public mutating func report(_ finding: FindingRecord) { write(finding, nil, isUndated: false) }

  /// The `summary` line, behind all lines that waited for it.
  public mutating func end(_ summary: SummaryRecord) {
    beginLine("summary")
    fields.count("packets", summary.packets)
    fields.count("tcp_packets", summary.tcpPackets)
    fields.count("not_tcp_packets", summary.notTCPPackets)
    fields.count("undecoded_packets", summary.undecodedPackets)
    fields.count("bytes", summary.bytes)
    fields.count("connections", summary.connections)
    fields.open("findings")
    for severity in Severity.allCases.reversed() { fields.count(of: severity.name, summary.findings[severity] ?? 0) }
    fields.close()
    counts("rules", summary.rules)
    fields.open("capture")
    fields.count("kernel_dropped", summary.kernelDropped)
    fields.count("interface_dropped", summary.interfaceDropped)
    fields.count("missing_bytes", summary.missingBytes)
    fields.name("missing_ratio")
    fields.writer.ratio(summary.missingRatio)
    fields.flag("truncated_input", summary.truncatedInput)
    fields.list("unread_inputs", summary.unreadInputs) { $0.writer.jsonString($1) }
    fields.count("partly_read_inputs", summary.damagedInputs)
    fields.close()
    fields.open("skipped")
    for layer in summary.skipped.keys.sorted() { counts(layer, summary.skipped[layer] ?? [:]) }
    fields.close()
    fields.count("duplicates", summary.duplicates)
    fields.count("fragments_incomplete", summary.fragmentsIncomplete)
    fields.count("icmp_errors", summary.icmpErrors)
    fields.count("evicted", summary.evicted)
    if summary.unjudged > 0 { fields.count("unjudged", summary.unjudged) }
    time("start", summary.start)
    time("end", summary.end)
    fields.count("peak_connections", UInt64(clamping: summary.peakConnections))
    fields.count("bad_checksums", summary.checksums?.bad)
    fields.count("offloaded_checksums", summary.checksums?.offloaded)
    fields.count("health_checks", summary.healthChecks)
    fields.count("seen_again", summary.seenAgain)
    fields.count("mixed_connections", summary.mixedConnections)
    fields.flag("interrupted", summary.wasInterrupted)
    endLine()
    held.release(&fields.writer, to: output, known: true)
    output.flush(&fields.writer)
  }

  mutating func write(_ record: FindingRecord, _ connection: ShownConnection?, isUndated: Bool) {
    let finding = record.finding
    beginLine("finding")
    fields.count("id", record.id)
    fields.count("revises", record.revises)
    fields.text("rule", finding.rule)
    fields.text("severity", finding.severity.name)
    fields.text("confidence", finding.confidence.name)
    fields.count("connection", record.connection)
    fields.text("at_fault", finding.atFault?.rawValue ?? "unknown")
    fields.list("suspects", finding.suspects) { $0.writer.jsonString($1.rawValue) }
    fields.text("summary", finding.summary)
    fields.count("bytes_lost", finding.bytesLost)
    fields.flag("bytes_lost_exact", finding.bytesLostExact)
    let severalInputs = severalInputs
    fields.list("evidence", finding.evidence) {
      $0.evidence($1, severalInputs: severalInputs, isUndated: isUndated)
    }
    if let connection {
      fields.name("display_filter")
      fields.writer.byte(UInt8(ascii: "\""))
      write(filterOf: connection)
      fields.writer.byte(UInt8(ascii: "\""))
    } else {
      fields.null("display_filter")
    }
    if let sockets = record.sockets { fields.sockets(sockets) }
    fields.open("facts")
    for fact in finding.facts {
      fields.name(of: fact.name)
      fields.value(fact.value)
    }
    fields.close()
    endLine()
  }

  private mutating func write(filterOf connection: ShownConnection) {
    connection.write(displayFilter: &fields.writer)
    if connection.tupleReused {
      connection.write(frames: &fields.writer)
    } else if !isLive {
      held.hold(connection, at: fields.writer.count)
    }
  }

  private mutating func counts(_ name: String, _ values: [String: UInt64]) {
    fields.name(of: name)
    fields.begin()
    for (key, value) in values.sorted(by: { $0.key < $1.key }) { fields.count(of: key, value) }
    fields.close()
  }

  private mutating func time(_ name: StaticString, _ time: Timestamp?) {
    if let time { fields.time(name, time) } else { fields.null(name) }
  }

  private mutating func beginLine(_ type: StaticString) {
    fields.begin()
    fields.name("type")
    fields.writer.byte(UInt8(ascii: "\""))
    fields.writer.literal(type)
    fields.writer.byte(UInt8(ascii: "\""))
  }

  private mutating func endLine() {
    fields.end()
    fields.writer.newline()
    if held.isEmpty {
      output.recordEnded(&fields.writer)
    } else if fields.writer.count > HeldFilters.limit {
      held.release(&fields.writer, to: output, known: false)
    }
  }
}

extension JSONFields {
  fileprivate mutating func evidence(_ evidence: Evidence, severalInputs: Bool, isUndated: Bool) {
    let packet = evidence.moment.packet
    begin()
    count("packet", packet.isNone ? nil : packet.number)
    if severalInputs { count("input", packet.isNone ? nil : UInt64(packet.input)) }
    time("time", isUndated ? nil : evidence.moment.time)
    text("side", evidence.side?.name)
    text("what", evidence.what)
    end()
  }
}
