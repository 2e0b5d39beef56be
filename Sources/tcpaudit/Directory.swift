internal import Glibc

/// A directory that results go into.
enum Directory {
  /// Makes it, unless it is there. The text lives for the call: that is why the unsafe line holds.
  static func make(_ path: String) throws {
    guard unsafe mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    throw Failure(.unreadable, "\(Terminal.printable(path)) can't be made: \(reason)")
  }
}
