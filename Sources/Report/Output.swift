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
  /// What was written, where there is no descriptor.
  public private(set) var collected: [UInt8] = []
  /// The reader went away (EPIPE): a normal end, as of `… | head`.
  public private(set) var isBroken = false
  /// The errno of the first write that failed otherwise: ENOSPC is a full disk.
  public private(set) var failure: Int32?

  /// - Parameters:
  ///   - descriptor: open for writing; it is not closed here.
  ///   - flushesEachRecord: nothing waits in a buffer: for live audits.
  public init(descriptor: Int32, flushesEachRecord: Bool = false) {
    self.descriptor = descriptor
    self.flushesEachRecord = flushesEachRecord
  }

  /// Into memory.
  public init() {
    descriptor = nil
    flushesEachRecord = true
  }

  /// Makes a reader that goes away an error (EPIPE) instead of a signal that kills: for the program's first line.
  public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

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

  /// Nothing more can be written.
  public var isClosed: Bool { isBroken || failure != nil }

  /// A record is complete: writes the buffer out once it is large enough, and empties it.
  public func recordEnded(_ writer: inout ByteWriter) {
    if flushesEachRecord || writer.count >= Output.chunk { flush(&writer) }
  }

  /// Writes all of it out, and empties it.
  public func flush(_ writer: inout ByteWriter) {
    if let descriptor {
      unsafe writer.bytes.withUnsafeBytes { unsafe write(whole: $0, to: descriptor) }
    } else {
      collected.append(contentsOf: writer.bytes)
    }
    writer.removeAll()
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
        if flushesEachRecord { takeBack(done, of: descriptor) }
      }
    }
  }

  /// Half a record is worse than none: a file ends with its last whole one. Of anything but a file nothing can be taken back.
  private func takeBack(_ count: Int, of descriptor: Int32) {
    let end = lseek(descriptor, 0, SEEK_CUR)
    guard count > 0, end >= count else { return }
    _ = ftruncate(descriptor, end - count)
  }

  /// A terminal or pipe that somebody else made non-blocking.
  private func waitUntilWritable(_ descriptor: Int32) {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&request, 1, -1)
  }
}
