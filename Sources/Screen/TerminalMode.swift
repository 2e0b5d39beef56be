internal import Glibc

/// The terminal as a screen: every key at once and unseen, the other page of the terminal, no cursor; and back, whatever happens.
///
/// A program that is stopped by a signal that can be caught, or ends by `exit`, gives the terminal back; after `kill -9` nobody can (`reset`).
///
/// Why the unsafe lines hold: tcgetattr, tcsetattr and ioctl(2) are lent a structure of the type that they ask for, for the call;
/// read(2) is told the length of the buffer that it is lent.
public struct TerminalMode: ~Copyable {
  /// The other page, no cursor, no wrapping at the right edge.
  private static let enter = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[2J"
  private static let leave = "\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"

  private let input = STDIN_FILENO
  private let output = STDOUT_FILENO
  private let before: termios

  /// nil where standard input and output are not a terminal.
  public init?() {
    var settings = termios()
    guard isatty(output) == 1, unsafe tcgetattr(input, &settings) == 0 else { return nil }
    before = settings
    begin()
  }

  deinit { end() }

  /// Takes the terminal (again).
  public func begin() {
    var settings = before
    // Signals come as keys too: Ctrl-C ends as `q` does, with the summary.
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    settings.c_iflag &= ~tcflag_t(IXON | ICRNL)
    unsafe withUnsafeMutablePointer(to: &settings.c_cc) {
      unsafe $0.withMemoryRebound(to: cc_t.self, capacity: Int(NCCS)) {
        unsafe $0[Int(VMIN)] = 0
        unsafe $0[Int(VTIME)] = 0
      }
    }
    _ = unsafe tcsetattr(input, TCSANOW, &settings)
    TerminalRescue.arm(before)
    send(Array(TerminalMode.enter.utf8))
  }

  /// Gives it back.
  public func end() {
    send(Array(TerminalMode.leave.utf8))
    var settings = before
    _ = unsafe tcsetattr(input, TCSANOW, &settings)
    TerminalRescue.disarm()
  }

  /// Stops the program as Ctrl-Z does in a shell, until it is continued.
  public func suspend() {
    end()
    _ = raise(SIGSTOP)
    begin()
  }

  /// In characters; 80 × 24 where the terminal does not say.
  public var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard unsafe ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// What was typed since; does not wait. nil: the terminal is gone.
  public func typed() -> [UInt8]? {
    var request = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&request, 1, 0) > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = unsafe read(input, &buffer, buffer.count)
    if count > 0 { return Array(buffer[..<count]) }
    return count < 0 && (errno == EINTR || errno == EAGAIN) ? [] : nil
  }

  /// Writes it all, if the terminal takes it: one that nobody reads must not hold up the audit. False where some of it was not written, and
  /// nobody knows what the terminal shows.
  @discardableResult public func send(_ bytes: [UInt8]) -> Bool { TerminalMode.send(bytes, to: output) }

  static func send(_ bytes: [UInt8], to output: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      var request = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
      guard unsafe poll(&request, 1, 0) == 1, request.revents & Int16(POLLOUT) != 0 else { return false }
      let count = min(bytes.count - done, TerminalMode.piece)
      let written = unsafe bytes.withUnsafeBytes { unsafe write(output, $0.baseAddress! + done, count) }
      if written > 0 {
        done += written
      } else if written < 0, errno != EINTR, errno != EAGAIN {
        return false
      }
    }
    return true
  }

  /// A terminal that takes anything takes so much, bytes.
  private static var piece: Int { 256 }
}
