internal import Glibc

/// A small text file, read whole.
enum TextFile {
  struct Unreadable: Error { var reason: String }

  /// Nobody writes more than this by hand, bytes.
  private static let limit = 16 << 20

  static func read(_ path: String) -> Result<String, Unreadable> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return .failure(Unreadable(reason: reason())) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return .failure(Unreadable(reason: reason())) }
      if count == 0 { break }
      bytes += chunk[..<count]
      guard bytes.count <= limit else { return .failure(Unreadable(reason: "is larger than 16 MB")) }
    }
    return .success(String(decoding: bytes, as: UTF8.self))
  }

  private static func reason() -> String {
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
  }
}
