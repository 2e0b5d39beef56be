internal import ArgumentParser
internal import Capture
internal import Glibc

/// What the process ends with (interface.md, exit codes), decided here and nowhere else.
enum Exit: Int32 {
  case success = 0
  /// A finding at or above `--fail-on`, or `check` saw a difference.
  case found = 1
  case usage = 2
  /// An input could not be read, or not to its end; or the output could not be written.
  case unreadable = 3
  /// Live capture without the right.
  case notPermitted = 4
  case interrupted = 130

  /// Prints what a failed command has to say, and ends the process.
  static func leave(_ error: any Error) -> Never {
    switch error {
    case let code as ExitCode: exit(code.rawValue)
    case let failure as Failure:
      Diagnostics.say(failure.message)
      exit(failure.exit.rawValue)
    default: leaveParser(error)
    }
  }

  /// Help and version go to standard output; a mistake is one line on standard error.
  private static func leaveParser(_ error: any Error) -> Never {
    let message = Tcpaudit.message(for: error)
    guard Tcpaudit.exitCode(for: error) != .success else {
      do { try Diagnostics.print(Tcpaudit.fullMessage(for: error)) } catch { leave(error) }
      exit(Exit.success.rawValue)
    }
    let line = message.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
    let command = CommandLine.arguments.dropFirst().first { Commands.built.contains($0) && $0 != "help" }
    Diagnostics.say(line + (line.contains("--help") ? "" : " (see tcpaudit \(command.map { $0 + " " } ?? "")--help)"))
    exit(Exit.usage.rawValue)
  }
}

/// A command cannot go on: one line that names the mistake and the mend.
struct Failure: Error {
  var exit: Exit
  var message: String

  init(_ exit: Exit, _ message: String) {
    self.exit = exit
    self.message = message
  }

  init(_ error: FilterError) {
    self.init(.usage, "the filter “\(error.filter)” is not understood: \(error.cause) (see man 7 pcap-filter)")
  }
}
