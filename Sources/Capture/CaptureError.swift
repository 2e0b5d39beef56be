/// Why an input could not be read, or not to its end. Says file, place, cause and mend.
public struct CaptureError: Error, Hashable, Sendable {
  /// As it was given; `-` is standard input.
  public var path: String
  /// Bytes from the start of the (decompressed) file; nil where the file could not be opened.
  public var offset: UInt64?
  /// What was wrong.
  public var cause: String
  /// What to do about it; may be empty.
  public var mend: String
  /// The file ends in the middle of a record: all before it was read.
  public var isTruncation: Bool
  /// It is the compression of the file that is at fault.
  public var isCompression = false
  /// Somebody asked for the end while the input kept us waiting: no fault of the input.
  public var isInterruption = false

  /// Nothing of it was read: it did not open, is no capture, or ends in its header (no format's is shorter).
  public var isUnread: Bool { offset.map { $0 < 24 } ?? true }

  /// - Parameter offset: bytes into the decompressed file; nil where it did not open.
  public init(path: String, offset: UInt64? = nil, cause: String, mend: String = "", isTruncation: Bool = false) {
    self.path = path
    self.offset = offset
    self.cause = cause
    self.mend = mend
    self.isTruncation = isTruncation
  }
}

/// A filter that libpcap does not compile: a usage error.
public struct FilterError: Error, Hashable, Sendable {
  /// As the user wrote it.
  public var filter: String
  /// libpcap's words, or that libpcap is missing.
  public var cause: String

  /// - Parameter cause: one line, without the filter itself.
  public init(filter: String, cause: String) {
    self.filter = filter
    self.cause = cause
  }
}
