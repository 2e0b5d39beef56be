internal import Glibc
internal import SystemPackage

/// Standard input, output and error, as the program was given them.
enum StandardStreams {
  /// Puts something in the place of those that are closed, before anything else is opened: the next socket or file would take their
  /// numbers, and results or messages would go into it. It is opened the wrong way round, so that whoever reads or writes gets the
  /// error that a closed one gives.
  static func hold() {
    for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 {
      guard (try? FileDescriptor.open(FilePath("/dev/null"), number == STDIN_FILENO ? .writeOnly : .readOnly)) != nil
      else {
        // Nobody can be told.
        exit(Exit.unreadable.rawValue)
      }
    }
  }

  /// Why nothing can be written to standard output, whatever comes; nil where it can.
  static var outputFailure: Errno? {
    let flags = fcntl(STDOUT_FILENO, F_GETFL)
    return flags < 0 || flags & O_ACCMODE == O_RDONLY ? .badFileDescriptor : nil
  }
}
