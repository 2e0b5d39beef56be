internal import ArgumentParser
internal import Capture
internal import Glibc
internal import Report
internal import SystemPackage

/// How results are written, and where.
struct ReportOptions: ParsableArguments {
  @Option(help: "text for people; json, csv, zeek for programs.")
  var format: Format = .text

  @Option(
    name: [.customShort("o"), .long], help: "Write the results into this file (live: behind what is there).",
    completion: .file())
  var output: String?

  @Flag(help: "Text: list every connection, not only findings.")
  var connections = false

  @Flag(help: "Text: every finding, however many are alike.")
  var all = false

  @Flag(help: "JSON: leave out connections without a finding.")
  var findingsOnly = false

  @OptionGroup var look: StyleOptions

  @Flag(name: [.customShort("q"), .long], help: "Nothing on standard error but errors.")
  var quiet = false

  /// Text shows findings, unless connections were asked for; the others are about all of them.
  var wantsAllConnections: Bool {
    switch format {
    case .text: connections
    case .json: !findingsOnly
    case .csv, .zeek: true
    }
  }
}

/// Where results go: a file that was asked for, or standard output.
struct Target {
  let output: Output
  private let name: String
  /// The file, where it is one.
  let path: String?

  /// - Parameters:
  ///   - captures: what is read: none of them is written to.
  ///   - isLive: nothing waits in a buffer, and what an earlier run has written stays: a service that is started anew goes on.
  init(_ path: String?, captures: [String] = [], isLive: Bool = false) throws {
    self.path = path.flatMap { $0 == "-" ? nil : $0 }
    name = path.flatMap { $0 == "-" ? nil : $0 } ?? "standard output"
    guard let path, path != "-" else {
      if let failure = StandardStreams.outputFailure {
        throw Failure(.unreadable, "\(name) can't be written: \(failure)")
      }
      output = Output(descriptor: STDOUT_FILENO, flushesEachRecord: isLive)
      return
    }
    if let file = FileIdentity(of: path), let capture = captures.first(where: { FileIdentity(of: $0) == file }) {
      throw Failure(
        .usage,
        "\(name) is \(capture == "-" ? "standard input" : "a capture that is read"): write the results to another file")
    }
    do {
      let descriptor = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, isLive ? .append : .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      output = Output(descriptor: descriptor.rawValue, flushesEachRecord: isLive)
    } catch {
      throw Failure(.unreadable, "\(name) can't be written: \(error)")
    }
  }

  /// Of a live audit's end with a reader that stands still, ms.
  private static var patience: Int32 { 5000 }

  /// The last word of a command: results that did not all arrive are no success.
  func finish() throws {
    output.finish(patience: Target.patience)
    if let failure = output.failureText { throw Failure(.unreadable, "\(name) can't be written: \(failure)") }
    if output.leftOut > 0 {
      throw Failure(
        .unreadable, "\(name) was not read as fast as results came: \(output.leftOut) records were left out")
    }
  }
}
