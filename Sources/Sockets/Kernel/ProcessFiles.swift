internal import Glibc

/// What /proc says of processes and their descriptors.
///
/// Why the unsafe lines hold: an entry's name is used before the next entry is read, and readlinkat(2) is told the size of what it fills.
enum ProcessFiles {
  static func name(_ process: Int32) -> String {
    guard let bytes = Kernel.file("/proc/\(process)/comm") else { return "?" }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  /// What stands behind `Max open files` in /proc/PID/limits, the soft limit; nil is unlimited, or not there.
  static func softLimit(_ limits: [UInt8]) -> Int? {
    for line in limits.split(separator: UInt8(ascii: "\n")) where line.starts(with: "Max open files".utf8) {
      let words = line.dropFirst("Max open files".utf8.count).split(separator: UInt8(ascii: " "))
      return words.first.flatMap { Int(String(decoding: $0, as: UTF8.self)) }
    }
    return nil
  }

  /// Field 22 of /proc/PID/stat: clock ticks (1/100 s, everywhere that Linux runs) after boot, as nanoseconds. The name before it may
  /// hold anything, brackets too.
  static func started(_ stat: [UInt8]) -> Int64? {
    guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = stat[(end + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count > 19, let ticks = Int64(String(decoding: fields[19], as: UTF8.self)), ticks >= 0 else {
      return nil
    }
    return Int64(clamping: ticks.multipliedFullWidth(by: 10_000_000).high == 0 ? ticks * 10_000_000 : .max)
  }

  /// `socket:[INODE]`; nil where it is something else.
  static func socketInode(_ link: Span<UInt8>) -> UInt32? {
    let prefix: StaticString = "socket:["
    guard link.count > prefix.utf8CodeUnitCount + 1, link[link.count - 1] == UInt8(ascii: "]") else { return nil }
    var index = 0
    for byte in "socket:[".utf8 {
      guard link[index] == byte else { return nil }
      index += 1
    }
    var number: UInt32 = 0
    while index < link.count - 1 {
      guard let digit = Int(exactly: Int(link[index]) - 48), (0...9).contains(digit) else { return nil }
      let (product, over) = number.multipliedReportingOverflow(by: 10)
      let (sum, over2) = product.addingReportingOverflow(UInt32(digit))
      guard !over, !over2 else { return nil }
      number = sum
      index += 1
    }
    return number
  }

  /// How many descriptors a process has open; nil where it has ended, or may not be looked into.
  static func count(_ process: Int32) -> Int? {
    guard let directory = unsafe opendir("/proc/\(process)/fd") else { return nil }
    defer { unsafe closedir(directory) }
    var count = -2  // "." and ".."
    while unsafe readdir(directory) != nil { count += 1 }
    return max(0, count)
  }

  /// Looks at each descriptor of a process: its number, and the inode where it is a socket's.
  /// - Returns: how many there are; nil where it has ended. An error that says that it may not be looked into is in `isForbidden`.
  static func visit(
    _ process: Int32, isForbidden: inout Bool, _ body: (_ descriptor: Int32, _ inode: UInt32) -> Void
  ) -> Int? {
    guard let directory = unsafe opendir("/proc/\(process)/fd") else {
      isForbidden = errno == EACCES || errno == EPERM
      return nil
    }
    defer { unsafe closedir(directory) }
    let number = unsafe dirfd(directory)
    var count = 0
    var link = [UInt8](repeating: 0, count: 64)
    while let entry = unsafe readdir(directory) {
      let (descriptor, length) =
        unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer -> (Int32, Int)? in
          let name = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self)
          // "." and ".."
          guard unsafe (48...57).contains(name[0]) else { return nil }
          return unsafe (Int32(clamping: strtol(name, nil, 10)), read(link: name, in: number, into: &link))
        } ?? (-1, 0)
      if descriptor < 0 { continue }
      if length < 0, errno == EACCES || errno == EPERM { isForbidden = true }
      count += 1
      if length > 0, length < link.count, let inode = socketInode(link.span.extracting(first: length)) {
        body(descriptor, inode)
      }
    }
    return count
  }

  /// How long the link is; negative where it can't be read.
  private static func read(link name: UnsafePointer<CChar>, in directory: Int32, into bytes: inout [UInt8]) -> Int {
    unsafe bytes.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return -1 }
      return unsafe readlinkat(directory, name, start.assumingMemoryBound(to: CChar.self), bytes.count)
    }
  }
}
