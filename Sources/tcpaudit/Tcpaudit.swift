internal import ArgumentParser
internal import Report

/// The command line: options and glue.
@main
struct Tcpaudit: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "tcpaudit",
    abstract:
      "Says which TCP connections broke, how many bytes were lost, who is at fault, and which packets prove it.",
    usage: """
      tcpaudit CAPTURE...
      tcpaudit <command> ...
      """,
    discussion: """
      EXAMPLES
        tcpaudit capture.pcapng              what broke, and whose fault it is
        tcpaudit a.pcap b.pcap.gz c.pcap.lz4 rotated captures, as one timeline
        ssh host tcpdump -w - | tcpaudit -   from standard input
        tcpaudit live eth0                   as it happens
        tcpaudit show capture.pcapng --connection 7
        tcpaudit explain half-close-truncated
        tcpaudit sockets                     this host's suspicious sockets, and whose they are

      EXIT CODES
        0    audited to the end
        1    a finding at or above --fail-on, or check saw a difference
        2    usage error
        3    an input could not be read to its end (the rest was audited),
             or the output could not be written
        4    not permitted (live)
        130  interrupted
      """,
    version: version,
    subcommands: [
      Read.self, Live.self, Show.self, Check.self, Rules.self, Explain.self, Interfaces.self, SocketsCommand.self,
    ],
    defaultSubcommand: Read.self)

  static func main() {
    StandardStreams.hold()
    Output.takeFailuresForErrors()
    do {
      let arguments = Array(CommandLine.arguments.dropFirst())
      if let mistake = Commands.mistake(in: arguments, isFile: Directory.holds) { throw Failure(.usage, mistake) }
      if let script = Completions.script(for: arguments) { return try Diagnostics.print(script) }
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      Exit.leave(error)
    }
  }
}
