internal import Flow
internal import Wire

/// `--format zeek`: Zeek's conn.log for TCP, tab-separated, with its header lines.
///
/// Roles, states, letters and sizes are Zeek's (`ZeekView`), not ours. `local_orig` and `local_resp` are unset: which nets
/// are local nobody has said. `service` and `tunnel_parents` are unset: they come from analysers that we lack.
/// `#open` is the time of the first line's first packet, `#close` the end of the capture.
public struct ZeekReport: Reporter {
  private static let fields = [
    ("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"), ("id.resp_h", "addr"),
    ("id.resp_p", "port"), ("proto", "enum"), ("service", "string"), ("duration", "interval"), ("orig_bytes", "count"),
    ("resp_bytes", "count"), ("conn_state", "string"), ("local_orig", "bool"), ("local_resp", "bool"),
    ("missed_bytes", "count"), ("history", "string"), ("orig_pkts", "count"), ("orig_ip_bytes", "count"),
    ("resp_pkts", "count"), ("resp_ip_bytes", "count"), ("tunnel_parents", "set[string]"),
  ]

  private let output: Output
  private var writer = ByteWriter()
  private var isOpen = false

  /// Writes to `output`, header included, no earlier than the first connection.
  public init(_ output: Output) { self.output = output }

  /// As its output: the reader went away, or a write failed.
  public var isBroken: Bool { output.isClosed }

  /// Nothing yet: `#open` needs the first connection's time.
  public mutating func begin(_ run: RunRecord) { isOpen = false }

  /// One line; none where its facts hold no view of Zeek's.
  public mutating func report(_ connection: ConnectionRecord) {
    let facts = connection.facts
    guard let view = facts.zeek else { return }
    open(at: facts.start.time)
    time(view.start)
    writer.tab()
    writer.zeekID(facts.id)
    for side in [view.originator, view.originator == .client ? .server : .client] as [Side] {
      let endpoint = facts.endpoint(side)
      writer.tab()
      writer.text(endpoint.address.text(ipVersion: facts.ipVersion))
      writer.tab()
      writer.decimal(UInt64(endpoint.port))
    }
    writer.text("\ttcp\t-\t")
    if let duration = view.duration { microseconds(duration) } else { writer.unset() }
    optional(view.originatorBytes)
    optional(view.responderBytes)
    writer.tab()
    writer.text(view.connState)
    writer.text("\t-\t-")
    count(view.missedBytes)
    writer.tab()
    writer.text(view.history.isEmpty ? "-" : view.history)
    count(view.originatorPackets)
    count(view.originatorIPBytes)
    count(view.responderPackets)
    count(view.responderIPBytes)
    writer.text("\t-\n")
    output.recordEnded(&writer)
  }

  /// conn.log has no place for findings.
  public mutating func report(_ finding: FindingRecord) {}

  /// `#close`; before it the header, where no connection came.
  public mutating func end(_ summary: SummaryRecord) {
    open(at: summary.start ?? Timestamp(nanoseconds: 0))
    writer.text("#close\t")
    writer.zeekDate(summary.end ?? Timestamp(nanoseconds: 0))
    writer.newline()
    output.flush(&writer)
  }

  /// The header, once. Times are of the capture: the same input gives the same log.
  private mutating func open(at time: Timestamp) {
    guard !isOpen else { return }
    isOpen = true
    writer.text("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t")
    writer.zeekDate(time)
    writer.text("\n#fields")
    for (name, _) in ZeekReport.fields {
      writer.tab()
      writer.text(name)
    }
    writer.text("\n#types")
    for (_, type) in ZeekReport.fields {
      writer.tab()
      writer.text(type)
    }
    writer.newline()
  }

  /// Seconds since 1970 with six decimals.
  private mutating func time(_ time: Timestamp) { microseconds(time.nanoseconds) }

  private mutating func microseconds(_ nanoseconds: Int64) {
    // Towards the past: 0.5 µs before 1970 is -0.000001.
    var micros = nanoseconds / 1000
    if nanoseconds % 1000 < 0 { micros -= 1 }
    if micros < 0 { writer.byte(UInt8(ascii: "-")) }
    writer.decimal(micros.magnitude / 1_000_000)
    writer.byte(UInt8(ascii: "."))
    writer.decimal(micros.magnitude % 1_000_000, digits: 6)
  }

  private mutating func count(_ value: UInt64) {
    writer.tab()
    writer.decimal(value)
  }

  private mutating func optional(_ value: UInt64?) {
    if let value { return count(value) }
    writer.tab()
    writer.unset()
  }
}

extension ByteWriter {
  fileprivate mutating func tab() { byte(UInt8(ascii: "\t")) }

  fileprivate mutating func unset() { byte(UInt8(ascii: "-")) }

  /// `2026-11-22-10-00-00`, in UTC.
  fileprivate mutating func zeekDate(_ time: Timestamp) {
    var date = ByteWriter()
    date.time(time)
    for byte in date.text.utf8.prefix(19) {
      self.byte(byte == UInt8(ascii: "T") || byte == UInt8(ascii: ":") ? UInt8(ascii: "-") : byte)
    }
  }

  /// `C` and eleven characters that look as random as Zeek's, and are the same in every run: a permutation of `id`.
  fileprivate mutating func zeekID(_ id: UInt64) {
    var rest = (id &+ 1) &* 0x9e37_79b9_7f4a_7c15
    rest = (rest ^ (rest >> 30)) &* 0xbf58_476d_1ce4_e5b9
    rest = (rest ^ (rest >> 27)) &* 0x94d0_49bb_1331_11eb
    rest ^= rest >> 31
    byte(UInt8(ascii: "C"))
    for _ in 0..<11 {
      let digit = UInt8(rest % 62)
      rest /= 62
      switch digit {
      case ..<10: byte(UInt8(ascii: "0") + digit)
      case ..<36: byte(UInt8(ascii: "a") + digit - 10)
      default: byte(UInt8(ascii: "A") + digit - 36)
      }
    }
  }
}
