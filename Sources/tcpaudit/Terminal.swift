internal import Glibc

/// What is known of the terminal, if there is one.
///
/// Why the unsafe lines hold: ioctl(2) fills a `winsize`, which is what TIOCGWINSZ asks for, and getenv's text is copied at
/// once: nothing here sets a variable.
enum Terminal {
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Columns of the terminal on standard output; nil where there is none.
  static var width: Int? {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return environment("COLUMNS").flatMap(Int.init)
    }
    return Int(size.ws_col)
  }

  static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// The locale's characters are Unicode (locale(7): LC_ALL, LC_CTYPE, LANG).
  static var isUnicode: Bool {
    let name = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment($0) }.first { !$0.isEmpty }
    return name?.uppercased().contains("UTF") ?? false
  }

  /// Colour only on a terminal that has some, and not where NO_COLOR is set (no-color.org).
  static func wantsColor(_ choice: ColorChoice, _ descriptor: Int32) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto:
      isTerminal(descriptor) && (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
    }
  }
}
