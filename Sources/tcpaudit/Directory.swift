internal import Glibc

/// What is there under a name, and a directory that results go into.
///
/// Why the unsafe lines hold: paths are passed as C strings that live for the call, and strerror's text is copied at once.
enum Directory {
  /// Whether there is a file, directory or device of this name.
  static func holds(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Where this program lies, as a shell takes it.
  static var ownProgram: String {
    var bytes = [CChar](repeating: 0, count: 4096)
    let length = unsafe readlink("/proc/self/exe", &bytes, bytes.count - 1)
    guard length > 0 else { return "tcpaudit" }
    return String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Makes it, unless it is there; says whether it was made.
  @discardableResult static func make(_ path: String, permissions: mode_t = 0o755) throws -> Bool {
    if unsafe mkdir(path, permissions) == 0 { return true }
    if errno == EEXIST { return false }
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    throw Failure(.unreadable, "\(path) can't be made: \(reason)")
  }
}
