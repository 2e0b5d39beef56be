internal import ArgumentParser
internal import Capture
internal import Glibc
internal import Report
internal import SystemPackage

/// Words for the person at the terminal: standard error, never mixed with results.
///
/// Why the unsafe line holds: poll(2) is given one structure and told so.
enum Diagnostics {
  /// One line. Names in it are shown as they are spelt, never as a terminal would take them.
  static func say(_ message: String) { write("tcpaudit: \(Wording.visible(message))\n", to: STDERR_FILENO) }

  /// Results that are short. A reader that went away is a normal end.
  static func print(_ text: String) throws {
    do {
      _ = try FileDescriptor(rawValue: STDOUT_FILENO).writeAll((text.hasSuffix("\n") ? text : text + "\n").utf8)
    } catch let error as Errno where error == .brokenPipe {
      throw ExitCode(Exit.success.rawValue)
    } catch {
      throw Failure(.unreadable, "standard output can't be written: \(error)")
    }
  }

  /// One line that names the file, the place, the cause and the mend.
  static func say(_ error: CaptureError) {
    var line = error.path == "-" ? "standard input" : error.path
    if let offset = error.offset { line += ", byte \(offset)\(error.isUnpacked ? " of what it unpacks to" : "")" }
    line += ": \(error.cause)"
    if !error.mend.isEmpty { line += "; \(error.mend)" }
    say(line)
  }

  /// Words that nothing waits for: to a terminal that stands still they are not said.
  static func offer(_ text: String) {
    var request = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    if unsafe poll(&request, 1, 0) == 1 { write(text, to: STDERR_FILENO) }
  }

  /// What can't be said is not said: there is nowhere left to complain.
  static func write(_ text: String, to descriptor: Int32) {
    _ = try? FileDescriptor(rawValue: descriptor).writeAll(text.utf8)
  }
}
