/// Why an input could not be read, or not to its end. Says file, place, cause and mend.
public struct CaptureError: Error, Hashable, Sendable {
  /// As it was given; `-` is standard input.
  public var path: String
  /// Bytes from the start of the (decompressed) file; nil where the file could not be opened.
  public var offset: UInt64?
  /// The file is compressed: `offset` counts in what it unpacks to.
  public var isUnpacked = false
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

extension CaptureError {
  /// Met while `source` was read.
  func met(in source: borrowing ByteSource) -> CaptureError {
    var error = self
    error.isUnpacked = source.isCompressed
    return error
  }

  /// What can't be true. Nothing behind it is believed: where the next record begins, only the damaged one could tell.
  /// - Parameter place: bytes from where the window begins.
  static func damaged(_ source: borrowing ByteSource, at place: Int = 0, _ cause: String) -> CaptureError {
    CaptureError(
      path: source.path, offset: source.offset &+ UInt64(place), cause: cause,
      mend: source.isCompressed
        ? "what follows can't be read; everything before was. Unpack the file by itself: if that fails, its compression is damaged"
          + " (fetch it again), else the capture in it (write it anew)"
        : "what follows can't be read; everything before was. Fetch the file again, or write it anew")
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
