internal import Glibc
internal import SystemPackage

/// A file that has its name only once it is whole; until then it lies beside it under another.
///
/// Why the unsafe lines hold: names are passed as C strings that live for the call.
struct WholeFile: Sendable {
  let path: String
  private(set) var isStarted = false

  init(_ path: String) { self.path = path }

  var temporary: String { path + ".partial" }

  /// Opened and closed each time: descriptors are few, files may be many.
  mutating func append(_ bytes: [UInt8]) throws {
    let descriptor = try FileDescriptor.open(
      FilePath(temporary), .writeOnly, options: [.create, .closeOnExec, isStarted ? .append : .truncate],
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    isStarted = true
    try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) }
  }

  /// Gives it its name.
  mutating func finish() throws {
    guard unsafe rename(temporary, path) == 0 else { throw Errno(rawValue: errno) }
    isStarted = false
  }

  static func remove(_ path: String) { _ = unsafe unlink(path) }

  /// Takes away what is not whole.
  mutating func discard() {
    if isStarted { _ = unsafe unlink(temporary) }
    isStarted = false
  }
}
