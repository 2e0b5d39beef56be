internal import Audit
internal import Flow
public import Sockets
internal import Wire

/// `tcpaudit sockets --format json`: a record a line, of the run, each socket, process and finding, and a summary.
public struct SocketsJSON {
  private let output: Output
  private var fields = JSONFields()
  private let version: String
  private let findingsOnly: Bool

  /// - Parameter findingsOnly: sockets and processes that nothing is said of are left out.
  public init(_ output: Output, version: String, findingsOnly: Bool = false) {
    self.output = output
    self.version = version
    self.findingsOnly = findingsOnly
  }

  /// - Parameter inputs: files of `--peer`, as they were given.
  public mutating func write(_ audit: SocketAudit, inputs: [String] = []) {
    run(audit.snapshot, inputs)
    let told = Set(audit.processFindings.map(\.process) + audit.groups.compactMap(\.process))
    for index in audit.snapshot.sockets.indices where !findingsOnly || audit.rules[index] != 0 { socket(index, audit) }
    for index in audit.snapshot.processes.indices where !findingsOnly || told.contains(index) {
      process(audit.snapshot.processes[index])
    }
    findings(audit)
    summary(audit)
    output.flush(&fields.writer)
  }

  private mutating func end() {
    fields.end()
    fields.writer.newline()
    output.recordEnded(&fields.writer)
  }

  private mutating func run(_ snapshot: Snapshot, _ inputs: [String]) {
    fields.begin()
    fields.text("type", "run")
    fields.count("schema", 1)
    fields.text("tool", "tcpaudit")
    fields.text("version", version)
    fields.list("inputs", inputs) { $0.writer.jsonString($1) }
    fields.null("filter")
    fields.text("command", "sockets")
    fields.text("host", snapshot.host)
    fields.time("time", snapshot.time)
    fields.list("addresses", snapshot.namespaces.flatMap(\.addresses)) { $0.writer.jsonString($1.ownText) }
    fields.flag("forwards", snapshot.namespaces.contains(where: \.forwards))
    fields.list("namespaces", snapshot.namespaces.map(\.name)) { $0.writer.jsonString($1) }
    end()
  }

  private mutating func socket(_ index: Int, _ audit: SocketAudit) {
    let snapshot = audit.snapshot
    let socket = snapshot.sockets[index]
    fields.begin()
    fields.text("type", "socket")
    fields.text("state", socket.state.name)
    let ends: [(StaticString, Endpoint)] = [("local", socket.local), ("remote", socket.remote)]
    for (name, endpoint) in ends {
      fields.open(name)
      fields.address("address", endpoint.address, ipVersion: socket.ipVersion)
      fields.count("port", UInt64(endpoint.port))
      fields.close()
    }
    fields.count("ip_version", UInt64(socket.ipVersion))
    fields.text("namespace", socket.namespace == 0 ? nil : snapshot.namespaces[Int(socket.namespace)].name)
    let process = snapshot.process(of: index)
    fields.count("pid", process.map { UInt64($0.id) })
    fields.text("process", process?.name)
    fields.count("descriptor", snapshot.owners[index].map { UInt64($0.descriptor) })
    fields.count("other_descriptors", snapshot.owners[index].map { UInt64($0.others) })
    fields.count("uid", UInt64(socket.uid))
    fields.count("inode", socket.isHeld ? UInt64(socket.inode) : nil)
    fields.count("cookie", socket.cookie)
    fields.count("interface", socket.interface == 0 ? nil : UInt64(socket.interface))
    fields.count("receive_queue", UInt64(socket.receiveQueue))
    fields.count("send_queue", UInt64(socket.sendQueue))
    fields.text("timer", socket.timer.name)
    fields.seconds("timer_expires", socket.timer == .off ? nil : Int64(socket.timerExpires) * 1_000_000)
    fields.count("unanswered", UInt64(socket.unanswered))
    info(socket.info)
    memory(socket.memory)
    if audit.comparison != nil { fields.text("peer", audit.comparison?.word(of: index)) }
    fields.list("rules", audit.ruleIDs(of: index)) { $0.writer.jsonString($1) }
    end()
  }

  private mutating func info(_ info: SocketInfo?) {
    fields.seconds("since_data_sent", info.map { Int64($0.sinceDataSent) * 1_000_000 })
    fields.seconds("since_data_received", info.map { Int64($0.sinceDataReceived) * 1_000_000 })
    fields.seconds("since_ack_received", info.map { Int64($0.sinceAckReceived) * 1_000_000 })
    fields.seconds("rtt", info.flatMap { $0.rtt == 0 ? nil : Int64($0.rtt) * 1000 })
    fields.seconds("rto", info.map { Int64($0.rto) * 1000 })
    fields.count("backoff", info.map { UInt64($0.backoff) })
    fields.count("unacked_segments", info.map { UInt64($0.unacked) })
    fields.count("lost_segments", info.map { UInt64($0.lost) })
    fields.count("retransmitted_segments", info.map { UInt64($0.totalRetransmits) })
    fields.count("bytes_acked", info?.bytesAcked)
    fields.count("bytes_received", info?.bytesReceived)
    fields.count("segments_out", info?.segmentsOut.map(UInt64.init))
    fields.count("segments_in", info?.segmentsIn.map(UInt64.init))
    fields.count("unsent_bytes", info?.unsent.map(UInt64.init))
    fields.count("send_window", info?.sendWindow.map(UInt64.init))
  }

  private mutating func memory(_ memory: SocketMemory?) {
    fields.count("receive_memory", memory.map { UInt64($0.received) })
    fields.count("receive_buffer", memory.map { UInt64($0.receiveBuffer) })
    fields.count("send_memory", memory.map { UInt64($0.queuedToSend) })
    fields.count("send_buffer", memory.map { UInt64($0.sendBuffer) })
    fields.count("drops", memory.map { UInt64($0.drops) })
  }

  private mutating func process(_ process: HostProcess) {
    fields.begin()
    fields.text("type", "process")
    fields.count("pid", UInt64(process.id))
    fields.text("name", process.name)
    fields.count("descriptors", UInt64(process.descriptors))
    fields.count("limit", process.limit.map { UInt64($0) })
    fields.count("sockets", UInt64(process.sockets))
    fields.name("growth")
    if let growth = process.growth { fields.writer.decimal(Int64(growth.more)) } else { fields.writer.text("null") }
    fields.seconds("growth_over", process.growth?.over)
    fields.seconds("exhausted_in", process.free.flatMap { process.growth?.time(toOpen: $0) })
    end()
  }

  private mutating func findings(_ audit: SocketAudit) {
    var number: UInt64 = 0
    func begin(_ fields: inout JSONFields, _ rule: String, _ severity: Severity, _ confidence: Confidence) {
      number += 1
      fields.begin()
      fields.text("type", "finding")
      fields.count("id", number)
      fields.text("rule", rule)
      fields.text("severity", severity.name)
      fields.text("confidence", confidence.name)
    }
    for finding in audit.processFindings {
      begin(&fields, finding.rule, finding.severity, finding.confidence)
      fields.count("pid", UInt64(audit.snapshot.processes[finding.process].id))
      fields.text("process", audit.snapshot.processes[finding.process].name)
      fields.text("summary", finding.summary)
      fields.seconds("exhausted_in", finding.exhaustedIn)
      fields.text("mend", finding.mend)
      end()
    }
    for group in audit.groups {
      begin(&fields, group.rule.id, group.severity, group.confidence)
      let process = group.process.map { audit.snapshot.processes[$0] }
      fields.count("pid", process.map { UInt64($0.id) })
      fields.text("process", process?.name)
      fields.text("namespace", group.namespace == 0 ? nil : audit.snapshot.namespaces[Int(group.namespace)].name)
      let (name, endpoint): (StaticString, Endpoint) =
        switch group.service {
        case .ours(let endpoint): ("service", endpoint)
        case .theirs(let endpoint): ("peer", endpoint)
        }
      fields.text(name, Wording.endpoint(endpoint, ipVersion: group.ipVersion))
      fields.count("sockets", UInt64(group.count))
      fields.count("peers", UInt64(group.peerCount))
      fields.seconds("longest", group.longest)
      fields.text("summary", group.meaning)
      fields.text("mend", group.rule.mend)
      end()
    }
  }

  private mutating func summary(_ audit: SocketAudit) {
    let snapshot = audit.snapshot
    fields.begin()
    fields.text("type", "summary")
    // Of all, also where only some are listed: a reader sees that the list is not whole.
    fields.count("sockets", UInt64(snapshot.sockets.count))
    fields.flag("whole", snapshot.gaps.isEmpty)
    fields.open("states")
    for (state, count) in snapshot.stateCounts { fields.count(of: state.name, UInt64(count)) }
    fields.close()
    fields.count("processes", UInt64(snapshot.processes.count))
    fields.count("unowned", UInt64(snapshot.unowned))
    fields.count("forbidden_processes", UInt64(snapshot.forbiddenProcesses))
    fields.open("findings")
    for severity in Severity.allCases.reversed() { fields.count(of: severity.name, UInt64(audit.count(severity))) }
    fields.close()
    if let comparison = audit.comparison {
      fields.open("peer")
      fields.text("host", comparison.peer.host)
      fields.count("sockets", UInt64(comparison.concerned))
      fields.count("paired", UInt64(comparison.paired))
      fields.count("partnerless", UInt64(comparison.partnerless))
      fields.count("unknown", UInt64(comparison.doubts.reduce(0) { $0 + $1.count }))
      fields.count("missing_here", UInt64(comparison.missing.count))
      fields.close()
    }
    fields.list("gaps", snapshot.gaps) { $0.writer.jsonString($1) }
    end()
  }
}

extension IPAddress {
  /// A host's own address, as it is written.
  var ownText: String { text(ipVersion: isV4Mapped ? 4 : 6) }
}
