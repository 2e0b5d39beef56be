internal import Audit
internal import Capture
internal import Flow
internal import Report
internal import SystemPackage
internal import Wire

/// `--record DIR`: the packets around each finding as a capture file of its own, those before the trouble too, with a comment
/// on those that prove it. What happens later in the same connection is added until it ends.
///
/// Bounded: packets wait in a ring; where there are too many files, or too much in them, that goes which was written to
/// longest ago. A file holds whole blocks at every moment.
public struct FlightRecorder: Sendable {
  /// What it may take.
  public struct Limits: Sendable {
    /// Of packets that wait in memory, bytes; as much again finds them.
    public var memory = 32 << 20
    /// Most files of this run that are left at a time; the one written to longest ago goes, one always stays.
    public var files = 1000
    /// Of all files, bytes.
    public var bytes = 1 << 30

    /// 32 MiB of packets, 1,000 files, 1 GiB in them.
    public init() {}
  }

  /// Most packets of a connection that are written at a time.
  private static var packetsAtATime: Int { 5000 }

  private struct File: Sendable {
    var name: String
    var bytes = 0
    /// Of `turns`: when it was written to last.
    var turn: UInt64 = 0
  }

  /// A file of a connection that is open.
  private struct Recording: Sendable {
    var name: String
    var writer: PcapngWriter
    /// The packet that was written last.
    var last: UInt64 = 0
    var comments: [PacketReference: String] = [:]
  }

  private let directory: RecordDirectory
  private let limits: Limits
  private var ring: FlightRing
  private var recordings: [UInt64: Recording] = [:]
  /// All that were written and are left, by their connections.
  private var files: [UInt64: File] = [:]
  /// Whose file was written to when: a number that grows with each.
  private var turns: [UInt64: UInt64] = [:]
  private var turn: UInt64 = 0
  /// No earlier one is among `turns`.
  private var firstTurn: UInt64 = 1
  private var bytes = 0
  /// Names of interfaces, by their index.
  var interfaces: [String] = []
  /// Files that were written.
  private(set) var count: UInt64 = 0
  /// What could not be written, until something can.
  private(set) var failure: String?
  /// That was so at some time.
  private(set) var hasFailed = false
  /// Nothing is written until somebody asks for another try.
  private var isResting = false

  /// What an earlier run has written stays.
  public init(_ directory: RecordDirectory, _ limits: Limits = Limits()) {
    self.directory = directory
    self.limits = limits
    ring = FlightRing(size: limits.memory)
  }

  mutating func keep(_ frame: borrowing Frame, _ segment: borrowing Segment) { ring.keep(frame, segment) }

  /// Something was found on a connection: its packets so far are written.
  mutating func note(_ record: FindingRecord, _ facts: Facts) {
    let finding = record.finding
    if recordings[facts.id] == nil {
      recordings[facts.id] = Recording(
        name: FlightRecorder.name(facts, finding.rule), writer: PcapngWriter(comment: finding.summary))
    }
    for evidence in finding.evidence {
      let text = "\(finding.rule): \(evidence.what)"
      let known = recordings[facts.id]?.comments[evidence.moment.packet]
      if let known, known.contains(text) { continue }
      recordings[facts.id]?.comments[evidence.moment.packet] = known.map { $0 + "\n" + text } ?? text
    }
    write(facts)
  }

  /// `20261126T140102Z-7-reset-abort.pcapng`: ids begin anew with each run, times do not.
  private static func name(_ facts: Facts, _ rule: String) -> String {
    var writer = ByteWriter()
    writer.time(facts.start.time)
    let time = writer.text.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }
    return "\(time)Z-\(facts.id)-\(rule).pcapng"
  }

  /// It has ended: what came after its findings is added.
  mutating func end(_ facts: Facts) {
    guard recordings[facts.id] != nil else { return }
    write(facts)
    recordings[facts.id] = nil
  }

  mutating func finish() { recordings = [:] }

  /// There may be room again.
  mutating func tryAgain() { isResting = false }

  private mutating func write(_ facts: Facts) {
    guard !isResting, var recording = recordings[facts.id] else { return }
    // Held by one alone: else it is copied for each packet.
    recordings[facts.id] = nil
    let before = recording
    let names = interfaces
    for number in ring.find(facts, after: recording.last, most: Self.packetsAtATime) {
      let comments = recording.comments
      ring.write(number, to: &recording.writer) {
        names.indices.contains(Int($0)) ? names[Int($0)] : nil
      } comment: {
        comments[$0] ?? ""
      }
      recording.last = number
    }
    // What could not be written waits in the ring, as long as there is room for it.
    let isWritten = append(recording.writer.take(), facts.id, &recording.name)
    recordings[facts.id] = isWritten ? recording : before
  }

  private mutating func append(_ block: [UInt8], _ connection: UInt64, _ name: inout String) -> Bool {
    guard !block.isEmpty else { return true }
    let isNew = files[connection] == nil
    do {
      let descriptor = isNew ? try make(&name) : try directory.reopen(name)
      try descriptor.closeAfter {
        let size = try descriptor.seek(offset: 0, from: .end)
        do { _ = try descriptor.writeAll(block) } catch {
          // Half a block is worse than none, and so is a file without any.
          if isNew { directory.remove(name) } else { try? descriptor.resize(to: size) }
          throw error
        }
      }
    } catch {
      failure = "\(directory.path)/\(name) can't be written: \(error)"
      hasFailed = true
      isResting = true
      return false
    }
    failure = nil
    if isNew { count += 1 }
    enter(block.count, connection, name)
    return true
  }

  /// The file that was just written to is the last that would go: its writer goes on in it.
  private mutating func enter(_ count: Int, _ connection: UInt64, _ name: String) {
    var file = files[connection] ?? File(name: name)
    turns[file.turn] = nil
    turn += 1
    turns[turn] = connection
    file.turn = turn
    file.bytes += count
    files[connection] = file
    bytes += count
    while files.count > max(limits.files, 1) || (bytes > limits.bytes && files.count > 1) { forgetOldest() }
  }

  /// Under its name, or where an earlier run has written that one (a clock that was set back), under another.
  private func make(_ name: inout String) throws -> FileDescriptor {
    let wanted = name
    for number in 2...FlightRecorder.namesakes {
      do { return try directory.make(name) } catch Errno.fileExists { name = "\(number)-\(wanted)" }
    }
    return try directory.make(name)
  }

  private static var namesakes: Int { 100 }

  /// With its writer: a file begins with a header, which a new writer writes.
  private mutating func forgetOldest() {
    while turns[firstTurn] == nil, firstTurn < turn { firstTurn += 1 }
    guard let connection = turns[firstTurn], let oldest = files[connection] else { return }
    recordings[connection] = nil
    directory.remove(oldest.name)
    forget(connection)
  }

  private mutating func forget(_ connection: UInt64) {
    guard let file = files.removeValue(forKey: connection) else { return }
    turns[file.turn] = nil
    bytes -= file.bytes
  }
}
