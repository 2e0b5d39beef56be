import Audit
import Report
import Testing

func explained(_ markdown: String, width: Int = 60, color: Bool = false) -> String {
  let output = Output()
  var explanation = Explanation(Style(color: color, width: width))
  explanation.write(markdown, to: output)
  return String(decoding: output.collected, as: UTF8.self)
}

@Suite("Explanations")
struct ExplanationTests {
  @Test func aPageAtSixtyColumns() {
    let page = explained(
      """
      # half-close-truncated

      One side sent FIN, and the answer to it
      was **cut off** before all of it was delivered, as `tcpaudit show FILE` shows.

      ## How it shows

      - A FIN,
        then more data.
      - A RST before all of that was acknowledged, which the sender's kernel takes.
        - At `fin_unacked` too.

      1. Look.
      2. Mend.

      ```
      0.081 C > S F.     a line that is longer than sixty columns and stays as it is
      ```

      | what | where |
      | --- | :-- |
      | `close()` | in the client, where it was called too early for the answer |
      | 2 * 3 * 4 | b |
      """)
    #expect(
      page == """
        half-close-truncated

        One side sent FIN, and the answer to it was cut off before
        all of it was delivered, as `tcpaudit show FILE` shows.

        How it shows

          - A FIN, then more data.
          - A RST before all of that was acknowledged, which the
            sender's kernel takes.
            - At fin_unacked too.

          1. Look.
          2. Mend.

            0.081 C > S F.     a line that is longer than sixty columns and stays as it is

          what       where
          close()    in the client, where it was called too early
                     for the answer
          2 * 3 * 4  b

        """)
  }

  @Test func colourMarksWhatIsMarked() {
    #expect(
      explained("a **b** `c d`", color: true) == "a \u{1b}[1mb\u{1b}[0m \u{1b}[36mc\u{1b}[0m \u{1b}[36md\u{1b}[0m\n")
  }

  @Test func packetsAreNoHeadingsAndStarsAreNotShown() {
    let page = "    #1  client\n    | - #2\n\n- *`a-rule`*: no"
    #expect(explained(page) == "    #1  client\n    | - #2\n\n  - a-rule: no\n")
    #expect(explained("#41 is a packet\n# Heading") == "#41 is a packet\n\nHeading\n")
    for rule in Catalogue.rules { #expect(!explained(Catalogue.page(rule.id) ?? "").contains("*"), "\(rule.id)") }
  }

  @Test(arguments: ["", "**", "`", "* *", "a ** b", "|", "```", "``` \n# x", "1.", "-", "#", "| a\n|---|", "\u{1b}[2J"])
  func oddMarkdownIsNoTrap(markdown: String) {
    #expect(!explained(markdown).contains("\u{1b}"))
  }

  @Test func everyPageFitsTheTerminal() throws {
    for rule in Catalogue.rules {
      let page = try #require(Catalogue.page(rule.id))
      let text = explained(page, width: 80)
      #expect(text.hasPrefix(rule.id))
      for line in text.split(separator: "\n") where !line.hasPrefix("    ") {
        #expect(line.count <= 80, "\(rule.id): \(line)")
      }
    }
  }

  @Test func theCatalogueIsListedBySection() {
    let rules = [
      Rule(
        id: "fin-unacked", section: .closing, severity: .error, when: .unanswered,
        title: "a FIN that nobody acknowledges, for as long as it was watched", check: nil),
      Rule(id: "never", section: .silence, severity: .warning, when: .reset, title: "nothing came", check: nil),
      Rule(id: "b", section: .closing, severity: .warning, .note, when: .reset, title: "b", check: nil),
    ]
    let output = Output()
    var list = RulesList(Style(width: 60))
    list.write(rules, to: output)
    #expect(
      String(decoding: output.collected, as: UTF8.self) == """
        Closing: how connections end
          fin-unacked  error    a FIN that nobody acknowledges, for
                                as long as it was watched
          b            warning  b (or note)

        Silence: no traffic from the peer
          never        warning  nothing came

        tcpaudit explain RULE says what one means, how it is proved,
        and what to do.

        """)
  }
}
