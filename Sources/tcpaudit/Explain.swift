internal import ArgumentParser
internal import Audit
internal import Report

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain one finding: what it means, how it is detected, what to do.",
    discussion: """
      EXAMPLE
        tcpaudit explain half-close-truncated
      """)

  @Argument(
    help: ArgumentHelp("A rule, as tcpaudit rules lists them.", valueName: "rule"),
    completion: .list(Catalogue.rules.map(\.id)))
  var rule: String

  @OptionGroup(title: "How it is shown") var look: StyleOptions

  func run() throws {
    guard let page = Catalogue.page(rule) else {
      throw Failure(.usage, "no rule is called “\(rule)”\(hint); tcpaudit rules lists them")
    }
    var explanation = Explanation(look.style())
    let target = try Target(nil)
    explanation.write(page, to: target.output)
    try target.finish()
  }

  /// Rules that share a word with what was typed.
  private var hint: String {
    let words = Set(rule.split(separator: "-"))
    let near = Catalogue.rules.map(\.id).filter { id in id.split(separator: "-").contains { words.contains($0) } }
    return near.isEmpty ? "" : " (did you mean \(near.prefix(3).joined(separator: ", "))?)"
  }
}
