internal import Glibc
internal import Wire

/// Small questions to the system.
///
/// Why the unsafe lines hold: strerror's text is copied at once, read(2) is told the size of what it fills, and the
/// structures that the system fills are its own.
enum Kernel {
  static func message(_ code: Int32) -> String {
    guard let words = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: words)
  }

  /// Nanoseconds since 1970.
  static var now: Timestamp { clock(CLOCK_REALTIME) }
  /// Nanoseconds since boot, suspended time included: never set.
  static var uptime: Int64 { clock(CLOCK_BOOTTIME).nanoseconds }

  private static func clock(_ id: clockid_t) -> Timestamp {
    var time = timespec()
    _ = unsafe clock_gettime(id, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }

  static var hostName: String {
    file("/proc/sys/kernel/hostname").map { String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) }
      ?? "?"
  }

  /// A small file of /proc, 64 KiB of it at most; nil where it can't be read.
  static func file(_ path: String, in directory: Int32 = AT_FDCWD) -> [UInt8]? {
    let descriptor = unsafe openat(directory, path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 65_536 {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  /// A file that holds one number.
  static func number(_ path: String) -> Int? {
    file(path).flatMap { Int(String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)) }
  }
}
