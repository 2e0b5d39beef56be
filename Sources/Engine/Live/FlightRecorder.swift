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
    /// As the first file of the connection is called.
    let wanted: String
    let summary: String
    var name: String
    var writer: PcapngWriter
    /// The packet that was written last.
    var last: UInt64 = 0
    var comments: [PacketReference: String] = [:]
    /// Names that were tried.
    var number = 1

    init(_ name: String, _ summary: String) {
      (wanted, self.name, self.summary) = (name, name, summary)
      writer = PcapngWriter(comment: summary)
    }

    mutating func takeAnotherName() {
      number += 1
      name = "\(number)-\(wanted)"
    }

    /// Under another name: who took the first file away may want to put this one beside it.
    mutating func beginAnew() {
      takeAnotherName()
      writer = PcapngWriter(comment: summary)
      last = 0
    }
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

  /// - Parameter isQuote: the segment is quoted by an ICMP error.
  mutating func keep(_ frame: borrowing Frame, _ segment: borrowing Segment, isQuote: Bool = false) {
    ring.keep(frame, segment, isQuote: isQuote)
  }

  /// Something was found on a connection: its packets so far are written.
  mutating func note(_ record: FindingRecord, _ facts: Facts) {
    let finding = record.finding
    if recordings[facts.id] == nil {
      recordings[facts.id] = Recording(FlightRecorder.name(facts, finding.rule), finding.summary)
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
    var packets = ring.find(facts, after: recording.last, most: Self.packetsAtATime)
    guard !packets.isEmpty || files[facts.id] == nil else { return }
    // Held by one alone: else it is copied for each packet.
    recordings[facts.id] = nil
    // What could not be written waits in the ring, as long as there is room for it.
    var before = recording
    do {
      let file = try reopen(facts.id)
      if file == nil, files[facts.id] != nil {
        forget(facts.id)
        recording.beginAnew()
        before = recording
        packets = ring.find(facts, after: 0, most: Self.packetsAtATime)
      }
      write(packets, to: &recording)
      try append(recording.writer.take(), to: file, facts.id, &recording)
      failure = nil
      recordings[facts.id] = recording
    } catch {
      failure = "\(directory.path)/\(recording.name) can't be written: \(error)"
      hasFailed = true
      isResting = true
      recordings[facts.id] = before
    }
  }

  private func write(_ packets: [UInt64], to recording: inout Recording) {
    let names = interfaces
    for number in packets {
      let comments = recording.comments
      ring.write(number, to: &recording.writer) {
        names.indices.contains(Int($0)) ? names[Int($0)] : nil
      } comment: {
        comments[$0] ?? ""
      }
      recording.last = number
    }
  }

  /// To write behind what is there; nil where there is no file yet, or no longer the one that was written: who moves evidence
  /// away, or packs it, breaks nothing.
  private func reopen(_ connection: UInt64) throws -> FileDescriptor? {
    guard let file = files[connection] else { return nil }
    do {
      let descriptor = try directory.reopen(file.name)
      let size = try? descriptor.seek(offset: 0, from: .end)
      if size == Int64(file.bytes) { return descriptor }
      try descriptor.close()
      return nil
    } catch let error as Errno where !Self.shortages.contains(error) { return nil }
  }

  /// What no other file mends.
  private static let shortages: Set<Errno> = [
    .noSpace, .diskQuotaExceeded, .ioError, .readOnlyFileSystem, .tooManyOpenFiles, .tooManyOpenFilesInSystem,
    .noMemory,
  ]

  private mutating func append(
    _ block: [UInt8], to file: FileDescriptor?, _ connection: UInt64, _ recording: inout Recording
  ) throws {
    let descriptor = try file ?? make(&recording)
    try descriptor.closeAfter {
      do { _ = try descriptor.writeAll(block) } catch {
        // Half a block is worse than none, and so is a file without any.
        if let bytes = files[connection]?.bytes {
          try? descriptor.resize(to: Int64(bytes))
        } else {
          directory.remove(recording.name)
        }
        throw error
      }
    }
    if file == nil { count += 1 }
    enter(block.count, connection, recording.name)
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

  /// Under its name, or where that is taken (an earlier run's, of a clock that was set back since; one of this connection), under
  /// another.
  private func make(_ recording: inout Recording) throws -> FileDescriptor {
    while recording.number < FlightRecorder.namesakes {
      do { return try directory.make(recording.name) } catch Errno.fileExists { recording.takeAnotherName() }
    }
    return try directory.make(recording.name)
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
