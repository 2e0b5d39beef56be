internal import ArgumentParser
internal import Capture
internal import Engine
internal import Glibc

/// How interfaces are captured on.
struct CaptureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Most bytes of a packet that are captured (default: 128; 256 with --tunnels).", valueName: "bytes"))
  var snaplen: Int?

  @Option(
    help: ArgumentHelp(
      "The kernel's buffer for each interface; more helps where packets are dropped (default: 64M).", valueName: "size"),
    transform: ByteSize.parse)
  var buffer: ByteSize?

  @Flag(help: "Packets for other hosts too, such as at a mirror port.")
  var promiscuous = false

  @Option(
    help: ArgumentHelp(
      "Whose clock dates packets: host, adapter, adapter_unsynced (pcap-tstamp(7); default: host).", valueName: "name"))
  var timestamps: String?

  @Flag(
    help:
      "What is in tunnels too: GRE, VXLAN, Geneve, IP in IP, GTP-U, MPLS, PPPoE. -f is about the outer packets then.")
  var tunnels = false

  mutating func validate() throws {
    if let snaplen, !(64...262_144).contains(snaplen) { throw ValidationError("--snaplen is from 64 to 262144") }
    if let buffer, !(1 << 20...(1 << 31) - 1).contains(buffer.bytes) {
      throw ValidationError("--buffer is from 1M to less than 2G")
    }
  }

  func options(filter: String?) -> LiveOptions {
    var options = LiveOptions()
    options.snaplen = snaplen ?? (tunnels ? 256 : 128)
    if let buffer { options.bufferBytes = buffer.bytes }
    options.promiscuous = promiscuous
    options.timestamps = timestamps
    options.filter = filter
    options.tunnels = tunnels
    return options
  }
}

/// The packets around findings, as files.
struct RecordingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the packets around each finding into this directory, a file for each connection.", valueName: "directory"),
    completion: .directory)
  var record: String?

  @Option(
    help: ArgumentHelp(
      "Memory for the latest packets, so that those before a finding are recorded too (default: 32M).",
      valueName: "size"),
    transform: ByteSize.parse)
  var recordMemory: ByteSize?

  @Option(
    help: ArgumentHelp(
      "Most files to keep; beyond it the least recently written is deleted, never an earlier run's (default: 1000).",
      valueName: "number"))
  var recordFiles: Int?

  @Option(
    help: ArgumentHelp(
      "Most bytes to keep in those files; beyond it the least recently written is deleted (default: 1G).",
      valueName: "size"),
    transform: ByteSize.parse)
  var recordSize: ByteSize?

  mutating func validate() throws {
    guard record != nil || (recordMemory == nil && recordFiles == nil && recordSize == nil) else {
      throw ValidationError("--record DIR says where packets are recorded")
    }
    if let recordFiles, !(1...1_000_000).contains(recordFiles) {
      throw ValidationError("--record-files is from 1 to 1000000")
    }
    if let recordMemory, !(1 << 20...1 << 34).contains(recordMemory.bytes) {
      throw ValidationError("--record-memory is from 1M to 16G")
    }
  }

  /// Opens the directory, and makes it where there is none, for the user who will write there.
  func prepare(for user: Privileges.User?) throws -> RecordDirectory? {
    guard let record else { return nil }
    let isNew = try Directory.make(record, permissions: 0o700)
    do {
      let directory = try RecordDirectory(record, isNew: isNew)
      if isNew { Privileges.give(directory.descriptor, to: user) }
      return directory
    } catch { throw Failure(.unreadable, "\(record) can't be recorded into: \(error)") }
  }

  /// Before an hour of watching, not after it.
  func check(_ directory: RecordDirectory?, _ user: Privileges.User?) throws {
    guard let record, let directory, !Privileges.mayWrite(into: directory.descriptor) else { return }
    let who = user.map { "the user \($0.name)" } ?? "this user"
    throw Failure(
      .unreadable,
      "\(record) can't be written to by \(who): give the directory to that user, or name another with --user")
  }

  func recorder(_ directory: RecordDirectory?) -> FlightRecorder? {
    guard let directory else { return nil }
    var limits = FlightRecorder.Limits()
    if let recordMemory { limits.memory = recordMemory.bytes }
    if let recordFiles { limits.files = recordFiles }
    if let recordSize { limits.bytes = recordSize.bytes }
    return FlightRecorder(directory, limits)
  }
}
