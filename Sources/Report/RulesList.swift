public import Audit

/// `tcpaudit rules`: the catalogue, section by section.
public struct RulesList {
  private var page: Page

  /// - Parameter style: its width is where titles wrap.
  public init(_ style: Style) { page = Page(style) }

  /// Sections in the catalogue's order, rules as given within each; of several severities the first is the rule's worst.
  public mutating func write(_ rules: [Rule], to output: Output) {
    let idWidth = rules.map { Wording.width($0.id) }.max() ?? 0
    let severityWidth = Severity.allCases.map(\.name.count).max() ?? 0
    for section in Section.allCases {
      let members = rules.filter { $0.section == section }
      guard !members.isEmpty else { continue }
      page.line(RulesList.title(section), .strong)
      for rule in members {
        page.space(2)
        page.put(Wording.padded(rule.id, to: idWidth))
        page.space(2)
        let (worst, milder) = (rule.severities[0], rule.severities.dropFirst().map(\.name))
        page.put(Wording.padded(worst.name, to: severityWidth), worst.tone)
        page.space(2)
        let column = 2 + idWidth + 2 + severityWidth + 2
        let title = rule.title + (milder.isEmpty ? "" : " (or \(milder.joined(separator: ", ")))")
        page.paragraph(title, indent: column, from: column)
      }
      page.newline()
    }
    page.paragraph("tcpaudit explain RULE says what one means, how it is proved, and what to do.")
    output.flush(&page.writer)
  }

  private static func title(_ section: Section) -> String {
    switch section {
    case .closing: "Closing: how connections end"
    case .truncation: "Truncation: data sent and never delivered"
    case .silence: "Silence: no traffic from the peer"
    case .sockets: "Beside the kernel: this host's sockets (live --sockets)"
    case .capture: "The capture itself"
    }
  }
}
