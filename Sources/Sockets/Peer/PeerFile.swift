internal import Flow
internal import Glibc
internal import Wire

/// Why another host's list can't be used.
public struct PeerFileError: Error, Hashable, Sendable {
  /// What is wrong, with the line and byte where there is one.
  public var cause: String
  /// The command that makes a good list; empty where that does not help.
  public var mend: String

  init(_ cause: String, mend: String = "make it on the other host with: tcpaudit sockets --format json") {
    self.cause = cause
    self.mend = mend
  }
}

extension PeerList {
  /// Reads what `tcpaudit sockets --format json` wrote on another host. It must be whole: what is missing in a part proves nothing.
  public static func read(_ path: String) throws(PeerFileError) -> PeerList {
    var lines = PeerLines(path)
    var reading = PeerReading()
    try lines.visit { (bytes, range, number) throws(PeerFileError) in
      try reading.take(bytes, range, line: number)
    }
    return try reading.finish()
  }
}

/// A file line by line, in one buffer that grows no longer than the longest line may be.
///
/// Why the unsafe lines hold: read(2) is told the size of the memory that it is lent for the call.
private struct PeerLines {
  private static var chunk: Int { 1 << 18 }
  private static var longest: Int { 1 << 20 }

  private let path: String

  init(_ path: String) { self.path = path }

  mutating func visit(
    _ body: (_ bytes: [UInt8], _ range: Range<Int>, _ number: Int) throws(PeerFileError) -> Void
  ) throws(PeerFileError) {
    let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw PeerFileError("it can't be opened: \(Kernel.message(errno))", mend: "") }
    defer { if path != "-" { close(descriptor) } }
    var bytes: [UInt8] = []
    var number = 0
    while true {
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: PeerLines.chunk))
      let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress?.advanced(by: start), PeerLines.chunk)
      }
      guard count >= 0 else {
        bytes.removeLast(PeerLines.chunk)
        if errno == EINTR { continue }
        throw PeerFileError("it can't be read: \(Kernel.message(errno))", mend: "")
      }
      bytes.removeLast(PeerLines.chunk - count)
      var line = 0
      var place = start
      while place < bytes.count {
        if bytes[place] == UInt8(ascii: "\n") {
          number += 1
          try body(bytes, line..<place, number)
          line = place + 1
        }
        place += 1
      }
      bytes.removeFirst(line)
      if count == 0 {
        if !bytes.isEmpty { try body(bytes, 0..<bytes.count, number + 1) }
        return
      }
      guard bytes.count <= PeerLines.longest else {
        throw PeerFileError("line \(number + 1) is longer than 1 MiB")
      }
    }
  }
}

/// The records of a list as they come.
struct PeerReading {
  private var list = PeerList()
  private var hasRun = false
  private var claimed: Int?

  /// Sockets of one list.
  private static var most: Int { 1 << 22 }

  mutating func take(_ bytes: [UInt8], _ range: Range<Int>, line: Int) throws(PeerFileError) {
    if range.isEmpty { return }
    var record = PeerRecord()
    var scanner = RecordScanner(bytes, range)
    do throws(RecordScanner.Mistake) {
      try scanner.visit { record.take($0, $1) }
    } catch {
      throw PeerFileError("line \(line), byte \(error.offset - range.lowerBound + 1): \(error.cause)")
    }
    switch record.type {
    case "run":
      guard record.command == "sockets" else { throw PeerFileError("line \(line): it is no list of sockets") }
      hasRun = true
      list.host = record.host ?? "the other host"
      guard let time = record.time else { throw PeerFileError("line \(line): it does not say when it was made") }
      list.time = time
      list.addresses = Set(record.addresses)
      list.forwards = record.forwards
    case "socket":
      guard let socket = record.socket else { throw PeerFileError("line \(line): a socket without addresses or state") }
      list.sockets.append(socket)
      guard list.sockets.count <= PeerReading.most else {
        throw PeerFileError("line \(line): more sockets than a host can have", mend: "")
      }
    case "summary":
      claimed = record.count
      list.isWhole = record.isWhole
    default: break
    }
  }

  func finish() throws(PeerFileError) -> PeerList {
    guard hasRun else { throw PeerFileError("it is no list of sockets") }
    guard let claimed else { throw PeerFileError("it ends before its last line: it was cut") }
    guard claimed == list.sockets.count else {
      throw PeerFileError(
        "it lists \(list.sockets.count) of \(claimed) sockets, and what is missing in a part proves nothing")
    }
    return list
  }
}
