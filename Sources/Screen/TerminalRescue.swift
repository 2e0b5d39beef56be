internal import Glibc

/// Gives the terminal back when the program dies of a signal in the middle of its screen: a shell without echo helps nobody.
///
/// Why the unsafe lines hold: the handler calls only what POSIX allows in one (write, tcsetattr, signal, raise; signal-safety(7)); what it
/// reads was written before it was installed, and is never freed.
enum TerminalRescue {
  /// Those that end a program that did something wrong; the others are the program's own affair.
  private static let deadly = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT]
  nonisolated(unsafe) private static var before: UnsafeMutablePointer<termios>?
  private static var leave: StaticString { "\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l" }

  /// - Parameter settings: as the terminal was.
  static func arm(_ settings: termios) {
    if unsafe before == nil { unsafe before = UnsafeMutablePointer<termios>.allocate(capacity: 1) }
    unsafe before?.initialize(to: settings)
    for number in deadly {
      _ = signal(number) { number in
        unsafe TerminalRescue.rescue()
        _ = signal(number, SIG_DFL)
        _ = raise(number)
      }
    }
  }

  static func disarm() {
    for number in deadly { _ = signal(number, SIG_DFL) }
  }

  @unsafe private static func rescue() {
    _ = unsafe write(STDOUT_FILENO, leave.utf8Start, leave.utf8CodeUnitCount)
    if let before = unsafe before { _ = unsafe tcsetattr(STDIN_FILENO, TCSANOW, before) }
  }
}
