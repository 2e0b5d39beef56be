internal import ArgumentParser
internal import Audit
internal import Report

struct Rules: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the catalogue of findings.",
    discussion: "EXAMPLE\n  tcpaudit rules\n  tcpaudit explain peer-vanished")

  func run() throws {
  }
}
