internal import Glibc

/// Where results go: a file descriptor, or memory.
///
/// Errors do not stop an audit: they are kept here, later writes are dropped, and who owns the output looks at the end.
///
/// Why the unsafe lines hold: write(2) is told the length of the bytes that it is lent for the call, strerror's text is
/// copied before anybody asks again, and poll(2) is given one structure and told so.
public final class Output {
  /// A writer holds this much before it is written out, bytes: one system call instead of a hundred.
  public static var chunk: Int { 1 << 16 }

  /// nil collects into `collected`.
  private var descriptor: Int32?
  private let flushesEachRecord: Bool
  /// Live, and no file: its reader may stand still, and the audit must not.
  private let neverWaits: Bool
  /// Bytes that are written at a time, then.
  private let piece: Int
  private var queue = OutputQueue()
  /// What was written, where there is no descriptor.
  public private(set) var collected: [UInt8] = []
  /// The reader went away (EPIPE): a normal end, as of `… | head`.
  public private(set) var isBroken = false
  /// The errno of the first write that failed otherwise: ENOSPC is a full disk.
  public private(set) var failure: Int32?

  /// - Parameters:
  ///   - descriptor: open for writing; it is not closed here.
  ///   - flushesEachRecord: nothing waits in a buffer: for live audits. Of a pipe or terminal whose reader is slow records wait in memory
  ///     (`send`), and are left out where they become too many.
  public init(descriptor: Int32, flushesEachRecord: Bool = false) {
    self.descriptor = descriptor
    self.flushesEachRecord = flushesEachRecord
    let kind = Output.kind(descriptor)
    neverWaits = flushesEachRecord && kind != S_IFREG
    // What takes anything takes so much: of a pipe a page (pipe(7)).
    piece = kind == S_IFIFO ? 4096 : 256
  }

  /// Into memory.
  public init() {
    descriptor = nil
    flushesEachRecord = true
    neverWaits = false
    piece = 0
  }

  /// Makes a reader that goes away (EPIPE) and a file that gets too large (EFBIG: `ulimit -f`) errors instead of signals that kill:
  /// for the program's first line.
  public static func takeFailuresForErrors() {
    for number in [SIGPIPE, SIGXFSZ] { _ = signal(number, SIG_IGN) }
  }

  /// What `failure` is in words: "No space left on device".
  public var failureText: String? {
    guard let failure, let words = unsafe strerror(failure) else { return nil }
    return unsafe String(cString: words)
  }

  /// From now on into another file: the one that was written to was moved away.
  /// - Returns: the descriptor so far, for who opened it to close.
  public func redirect(to descriptor: Int32) -> Int32? {
    defer { self.descriptor = descriptor }
    return self.descriptor
  }

  /// Live, and a file that something was written to before, by an earlier run.
  public var goesOn: Bool {
    guard flushesEachRecord, let descriptor else { return false }
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
  }

  /// Nothing more can be written.
  public var isClosed: Bool { isBroken || failure != nil }

  /// A record is complete: writes the buffer out once it is large enough, and empties it.
  public func recordEnded(_ writer: inout ByteWriter) {
    if flushesEachRecord || writer.count >= Output.chunk { flush(&writer) }
  }

  /// Writes all of it out, and empties it.
  public func flush(_ writer: inout ByteWriter) {
    write(writer.bytes)
    writer.removeAll()
  }

  /// Writes them out from where they are.
  func write(_ bytes: RawSpan) {
    if neverWaits {
      unsafe bytes.withUnsafeBytes { unsafe queue.add(Array($0)) }
      send()
    } else if let descriptor {
      unsafe bytes.withUnsafeBytes { unsafe write(whole: $0, to: descriptor) }
    } else {
      unsafe bytes.withUnsafeBytes { unsafe collected.append(contentsOf: $0) }
    }
  }

  /// Records that a slow reader has not taken, and that there was no room for.
  public var leftOut: UInt64 { queue.leftOut }

  /// Writes what waits, as far as somebody reads.
  /// - Parameter patience: how long to wait for a reader each time, ms.
  public func send(patience: Int32 = 0) {
    guard neverWaits, let descriptor else { return }
    if queue.count == 0, !isClosed { isBroken = Output.isAbandoned(descriptor) }
    while queue.count > 0, !isClosed {
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard unsafe poll(&request, 1, patience) == 1 else { return }
      let piece = queue.next(self.piece)
      let written = unsafe piece.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        queue.taken(written)
      } else if written < 0 {
        switch errno {
        case EINTR, EAGAIN: return
        case EPIPE: isBroken = true
        default: failure = errno
        }
      }
    }
  }

  /// A pipe that nobody reads any more (poll(2)): where nothing is written no EPIPE says so.
  private static func isAbandoned(_ descriptor: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: 0, revents: 0)
    return unsafe poll(&request, 1, 0) == 1 && Int32(request.revents) & POLLERR != 0
  }

  /// The last word: a reader has so long, ms, to go on reading; then what waits is given up, and counted in `leftOut`.
  public func finish(patience: Int32) {
    send(patience: patience)
    if !isClosed { queue.giveUp() }
  }

  private static func kind(_ descriptor: Int32) -> mode_t {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
  }

  private func write(whole bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
    var done = 0
    while done < bytes.count, !isClosed {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written >= 0 {
        done += written
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: waitUntilWritable(descriptor)
      case EPIPE: isBroken = true
      default:
        failure = errno
        let whole = unsafe bytes[..<done].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        takeBack(done - whole, of: descriptor)
      }
    }
  }

  /// Half a record is worse than none: a file ends with its last whole line. Of anything but a file nothing can be taken back, nor where
  /// somebody else has written behind it.
  private func takeBack(_ count: Int, of descriptor: Int32) {
    var status = stat()
    guard count > 0, unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      lseek(descriptor, 0, SEEK_CUR) == status.st_size, status.st_size >= count
    else { return }
    if ftruncate(descriptor, status.st_size - count) == 0 { lseek(descriptor, status.st_size - count, SEEK_SET) }
  }

  /// A terminal or pipe that somebody else made non-blocking.
  private func waitUntilWritable(_ descriptor: Int32) {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&request, 1, -1)
  }
}
