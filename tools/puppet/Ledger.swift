import Glibc

/// What happened to each socket, in a file of one line per socket that is rewritten at every step: it stands when the program is
/// killed. `written` is what the kernel took, `read` what it gave; `unread`, `unacked` and `unsent` is what the kernel held at the moment
/// of the close or of the failure (`-`: there was none).
final class Ledger: @unchecked Sendable {
  /// -1: nobody asked for one.
  private static let file: Int32 = getenv("PUPPET_LEDGER").map { open($0, O_RDWR | O_CREAT | O_TRUNC, 0o644) } ?? -1
  private static let width = 200

  private let row: Int
  private var ends = "- -"
  private var written = 0
  private var read = 0
  private var error = "none"
  private var held = "unread - unacked - unsent -"

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

  /// After a call that failed, while `descriptor` is open: a socket that has failed still says what it held.
  func failed(_ descriptor: Int32) {
    error = errorName(errno)
    leaves(descriptor)
  }

  /// Before close(). A FIN counts as a byte that is not acknowledged.
  func leaves(_ descriptor: Int32) {
    held =
      "unread \(queue(descriptor, .unread)) unacked \(queue(descriptor, .unacked)) unsent \(queue(descriptor, .unsent))"
    enter()
  }

  private func enter() {
    guard Self.file >= 0 else { return }
    var line = "\(ends) wrote \(written) read \(read) error \(error) \(held)"
    line += String(repeating: " ", count: max(0, Self.width - 1 - line.utf8.count)) + "\n"
    _ = pwrite(Self.file, line, Self.width, off_t(row * Self.width))
  }
}

/// What a kernel holds of a socket: SIOCINQ, SIOCOUTQ, SIOCOUTQNSD (tcp(7)).
enum Queue: UInt {
  case unread = 0x541b
  case unacked = 0x5411
  case unsent = 0x894b
}

/// In bytes; `-` where the kernel does not say.
func queue(_ descriptor: Int32, _ queue: Queue) -> String {
  var count: Int32 = 0
  return ioctl(descriptor, queue.rawValue, &count) == 0 ? "\(count)" : "-"
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
  case EINPROGRESS: "EINPROGRESS"
  default: String(cString: strerror(number)).replacing(" ", with: "-")
  }
}
