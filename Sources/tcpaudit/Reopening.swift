internal import Glibc
internal import SystemPackage

/// A file of results that is opened again when somebody asks (logrotate): by its name, in the directory that was opened at the start,
/// wherever the process stands and whatever it may by then.
///
/// Why the unsafe lines hold: names are passed as C strings that live for the call.
struct Reopening {
  let path: String
  private let directory: Int32
  private let name: String

  init(_ path: String) {
    self.path = path
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    name = parts.last.map(String.init) ?? path
    let folder = parts.dropLast().joined(separator: "/")
    let start = parts.count > 1 ? (folder.isEmpty ? "/" : folder) : "."
    directory = unsafe Glibc.open(start, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  }

  /// What helps where it could not be opened: by then this is another user than the one who began it.
  var mend: String {
    guard !Privileges.mayWrite(into: directory) else { return "" }
    return
      "; the user that tcpaudit has become (--user) can't make files there: give the directory to that user, or let logrotate "
      + "make the file for it (create)"
  }

  /// - Returns: its new descriptor.
  func open() throws -> Int32 {
    let descriptor = unsafe openat(directory, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    return descriptor
  }
}
