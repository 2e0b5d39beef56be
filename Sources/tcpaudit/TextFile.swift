internal import SystemPackage

/// A small text file, read whole.
///
/// Why the unsafe lines hold: read(2) is told the size of the memory that it is lent for the call.
enum TextFile {
  /// Nobody writes more than this by hand, bytes.
  private static var limit: Int { 16 << 20 }

  static func read(_ path: String) throws -> String {
    var bytes: [UInt8] = []
    do {
      let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
      try descriptor.closeAfter {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
          let count = try unsafe chunk.withUnsafeMutableBytes { unsafe try descriptor.read(into: $0) }
          if count == 0 { break }
          bytes += chunk[..<count]
        }
      }
    } catch {
      throw Failure(.usage, "\(path) can't be read: \(error)")
    }
    guard bytes.count <= limit else { throw Failure(.usage, "\(path) is larger than 16 MB") }
    return String(decoding: bytes, as: UTF8.self)
  }
}
