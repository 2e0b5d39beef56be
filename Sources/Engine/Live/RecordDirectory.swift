internal import Glibc
internal import SystemPackage

/// A directory for recordings, opened once: whatever becomes of its name, or is put in its place, files are made there and nowhere else.
///
/// Why the unsafe lines hold: names are passed as C strings that live for the call, and `stat` is filled by the kernel before it is read.
public struct RecordDirectory: Sendable {
  /// As it was given.
  public let path: String
  /// For as long as the process lives.
  public let descriptor: Int32

  /// Opens it.
  /// - Parameter isNew: this process has just made it: then it is a directory of its own, and no link.
  /// - Throws: `Errno`.
  public init(_ path: String, isNew: Bool = false) throws {
    self.path = path
    descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (isNew ? O_NOFOLLOW : 0))
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    var status = stat()
    guard !isNew || (unsafe fstat(descriptor, &status) == 0 && status.st_uid == geteuid()) else {
      close(descriptor)
      throw Errno.permissionDenied
    }
  }

  /// A file that was not there; of its owner alone, as packets are nobody else's business.
  func make(_ name: String) throws -> FileDescriptor {
    try open(name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC)
  }

  /// To write behind what is there.
  func reopen(_ name: String) throws -> FileDescriptor { try open(name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC) }

  func remove(_ name: String) { _ = unsafe unlinkat(descriptor, name, 0) }

  private func open(_ name: String, _ flags: Int32) throws -> FileDescriptor {
    let file = unsafe openat(descriptor, name, flags, 0o600)
    guard file >= 0 else { throw Errno(rawValue: errno) }
    return FileDescriptor(rawValue: file)
  }
}
