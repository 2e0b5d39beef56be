/// What can be read by several at a time: files that lie there as they are, neither pipes nor compressed.
public enum PlainFiles {
  /// The bytes of all of them; nil where one is no such file.
  public static func bytes(_ paths: [String]) -> UInt64? {
    var sum: UInt64 = 0
    for path in paths {
      guard path != "-", let size = InputFile.size(of: path) else { return nil }
      sum &+= size
    }
    return sum
  }

  /// Whether one of them is compressed.
  public static func areCompressed(_ paths: [String]) -> Bool {
    paths.contains { path in (try? ByteSource.open(path, buffer: 4096))?.isCompressed ?? false }
  }
}
