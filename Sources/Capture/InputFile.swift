internal import Glibc

/// Opening and reading files: the system calls, with errors that say what to do.
///
/// Why the unsafe lines hold: paths are passed as C strings that live for the call, `stat` is filled by the kernel before
/// it is read, and read(2) is told the size of the memory that it is given.
enum InputFile {
  /// The descriptor, and the size where it is a regular file.
  static func open(_ path: String) throws(CaptureError) -> (CInt, UInt64?) {
    let isStandardInput = path == "-"
    var descriptor: CInt
    // A FIFO opens when its writer does, and a signal may come before.
    repeat {
      descriptor = isStandardInput ? 0 : unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    } while descriptor < 0 && errno == EINTR && !ReadStop.isRequested
    guard descriptor >= 0 else { throw openError(path, errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw openError(path, errno) }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFDIR {
      if !isStandardInput { close(descriptor) }
      throw CaptureError(path: path, cause: "a directory, not a file", mend: "name the files in it: \(path)/*")
    }
    if isStandardInput && isatty(0) == 1 {
      throw CaptureError(
        path: path, cause: "standard input is a terminal", mend: "pipe a capture into it: tcpdump -w - | tcpaudit -")
    }
    guard kind == S_IFREG else { return (descriptor, nil) }
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    return (descriptor, UInt64(max(status.st_size, 0)))
  }

  /// Size of a regular file; nil where it is none, or cannot be known.
  static func size(of path: String) -> UInt64? {
    var status = stat()
    let known = path == "-" ? unsafe fstat(0, &status) : unsafe stat(path, &status)
    return known == 0 && status.st_mode & S_IFMT == S_IFREG ? UInt64(max(status.st_size, 0)) : nil
  }

  /// Bytes read, 0 at the end.
  static func read(
    _ descriptor: CInt, into memory: UnsafeMutableRawBufferPointer
  ) throws(DecompressionFailure) -> Int {
    guard descriptor >= 0 else { return 0 }
    while true {
      if ReadStop.isRequested, !mayRead(descriptor) { throw .interrupted }
      let got = unsafe Glibc.read(descriptor, memory.baseAddress, memory.count)
      // Ctrl-C stops all of a pipeline: the writer's stream ends wherever it was.
      if got == 0, ReadStop.isRequested, isStream(descriptor) { throw .interrupted }
      if got >= 0 { return got }
      if errno != EINTR { throw .unreadable(text(errno)) }
    }
  }

  /// The writer of a pipe was asked to stop too, it may be, and empties its buffer first: it gets half a second.
  private static func mayRead(_ descriptor: CInt) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&request, 1, 500) > 0
  }

  private static func isStream(_ descriptor: CInt) -> Bool { lseek(descriptor, 0, SEEK_CUR) < 0 && errno == ESPIPE }

  static func text(_ number: CInt) -> String { unsafe String(cString: strerror(number)) }

  private static func openError(_ path: String, _ number: CInt) -> CaptureError {
    switch number {
    case ENOENT: CaptureError(path: path, cause: "no such file", mend: "check the name")
    case EACCES, EPERM:
      CaptureError(path: path, cause: "permission denied", mend: "it takes other rights: sudo cat \(path) | tcpaudit -")
    case EINTR: interruption(path)
    case EMFILE, ENFILE:
      CaptureError(
        path: path, cause: "too many files are open: too many inputs overlap in time",
        mend: "raise the limit (ulimit -n), or give fewer inputs")
    default: CaptureError(path: path, cause: "cannot be opened: \(text(number))")
    }
  }

  static func interruption(_ path: String) -> CaptureError {
    var error = CaptureError(path: path, cause: "interrupted")
    error.isInterruption = true
    return error
  }
}
