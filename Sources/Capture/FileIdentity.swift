internal import Glibc

/// Which regular file a name stands for, whatever the name: links and other ways there lead to the same one.
///
/// Why the unsafe lines hold: the path is passed as a C string that lives for the call, and `stat` is filled by the kernel
/// before it is read.
public struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  /// nil where there is no regular file; `-` is what standard input reads from.
  public init?(of path: String) {
    var status = stat()
    let known = path == "-" ? unsafe fstat(0, &status) : unsafe stat(path, &status)
    guard known == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}
