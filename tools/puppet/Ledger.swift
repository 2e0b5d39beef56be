import Glibc

/// What happened to each socket, in a file of one line per socket that is rewritten at every step: it stands when the program is
/// killed. `written` is what the kernel took, `read` what it gave.
final class Ledger: @unchecked Sendable {
  /// -1: nobody asked for one.
  private static let file: Int32 = getenv("PUPPET_LEDGER").map { open($0, O_RDWR | O_CREAT | O_TRUNC, 0o644) } ?? -1
  private static let width = 160

  private let row: Int
  private var ends = "- -"
  private var written = 0
  private var read = 0
  private var error = "none"

  init(row: Int) { self.row = row }

  func name(_ ends: String) {
    self.ends = ends
    enter()
  }

  func wrote(_ count: Int) {
    written += count
    enter()
  }

  func read(_ count: Int) {
    read += count
    enter()
  }

  func failed() {
    error = errorName(errno)
    enter()
  }

  private func enter() {
    guard Self.file >= 0 else { return }
    var line = "\(ends) wrote \(written) read \(read) error \(error)"
    line += String(repeating: " ", count: max(0, Self.width - 1 - line.utf8.count)) + "\n"
    _ = pwrite(Self.file, line, Self.width, off_t(row * Self.width))
  }
}

/// `ECONNRESET` rather than a sentence: the ledger is also read by programs.
private func errorName(_ number: Int32) -> String {
  switch number {
  case ECONNRESET: "ECONNRESET"
  case ECONNREFUSED: "ECONNREFUSED"
  case ETIMEDOUT: "ETIMEDOUT"
  case EPIPE: "EPIPE"
  case EHOSTUNREACH: "EHOSTUNREACH"
  case ENETUNREACH: "ENETUNREACH"
  case EACCES: "EACCES"
  default: String(cString: strerror(number)).replacing(" ", with: "-")
  }
}
