internal import ArgumentParser
internal import Audit
internal import Report

struct Rules: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the catalogue of findings.",
    discussion: """
      EXAMPLES
        tcpaudit rules
        tcpaudit explain peer-vanished
      """)

  @OptionGroup(title: "How it is shown") var look: StyleOptions

  func run() throws {
    var list = RulesList(look.style())
    let target = try Target(nil)
    list.write(Catalogue.rules, to: target.output)
    try target.finish()
  }
}
