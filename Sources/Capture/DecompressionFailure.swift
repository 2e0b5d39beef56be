/// Why bytes could not be read, or not decompressed.
enum DecompressionFailure: Error {
  case unreadable(String)
  /// The end was asked for while nothing came.
  case interrupted
  /// The compressed data ends in its middle.
  case truncated(Decompressor.Method)
  case damaged(Decompressor.Method, place: UInt64, String)
  /// It asks for more memory than a decompressor should give.
  case tooLarge(Decompressor.Method)

  func captureError(path: String, offset: UInt64) -> CaptureError {
    var error = words(path: path, offset: offset)
    switch self {
    case .unreadable, .interrupted: break
    case .truncated, .damaged, .tooLarge: error.isCompression = true
    }
    return error
  }

  private func words(path: String, offset: UInt64) -> CaptureError {
    switch self {
    case .interrupted: InputFile.interruption(path)
    case .unreadable(let text):
      CaptureError(path: path, offset: offset, cause: "cannot be read: \(text)", mend: "check the disk or the share")
    case .truncated(let method):
      CaptureError(
        path: path, offset: offset, cause: "the \(method) data ends in its middle",
        mend: "copy or fetch the file again",
        isTruncation: true)
    case .damaged(let method, let place, let text):
      CaptureError(
        path: path, offset: offset,
        cause: "the \(method) data is damaged at byte \(place) of the compressed file: \(text)",
        mend: "copy or fetch the file again")
    case .tooLarge(let method):
      CaptureError(
        path: path, offset: offset, cause: "the \(method) data needs a window of more than 128 MiB",
        mend: "zstd -dc --long=31 \(path) | tcpaudit -")
    }
  }
}
