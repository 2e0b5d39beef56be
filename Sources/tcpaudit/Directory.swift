internal import Glibc

/// What is there under a name, and a directory that results go into.
enum Directory {
  /// Whether there is a file, directory or device of this name.
  static func holds(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Makes it, unless it is there. The text lives for the call: that is why the unsafe line holds.
  static func make(_ path: String) throws {
    guard unsafe mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    throw Failure(.unreadable, "\(Terminal.printable(path)) can't be made: \(reason)")
  }
}
