internal import ArgumentParser
internal import Capture

struct Interfaces: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List what can be captured on, and whether you may.")

  func run() throws {
  }
}
