/// A page of `tcpaudit explain` for a terminal: the Markdown that our pages use, and no more. Headings, paragraphs, lists,
/// code, tables, `**strong**`, `*emphasis*` and `` `code` ``.
public struct Explanation {
  private var page: Page

  /// - Parameter style: at its width paragraphs and last columns wrap; code never does.
  public init(_ style: Style) { page = Page(style) }

  /// A whole page; what its Markdown has beyond our pages' stands there as text.
  public mutating func write(_ markdown: String, to output: Output) {
    let blocks = MarkdownBlock.parse(markdown)
    for (index, block) in blocks.enumerated() {
      if index > 0, !block.continues(blocks[index - 1]) { page.newline() }
      write(block)
    }
    output.flush(&page.writer)
  }

  private mutating func write(_ block: MarkdownBlock) {
    switch block {
    case .heading(let text):
      page.paragraph(Inline.runs(text).map { Toned($0.text, .strong) })
    case .paragraph(let text):
      page.paragraph(Inline.runs(text, style: page.style))
    case .item(let marker, let level, let text):
      let indent = 2 + level * 2
      page.space(indent)
      page.put(marker)
      page.space(1)
      let column = indent + Wording.width(marker) + 1
      page.paragraph(Inline.runs(text, style: page.style), indent: column, from: column)
    case .code(let lines):
      // As it is: a wrapped command or packet is another one.
      for line in lines { page.line(line, indent: 4, .code) }
    case .table(let rows):
      table(rows)
    }
  }

  /// Columns as wide as their content; the last one wraps.
  private mutating func table(_ rows: [[String]]) {
    let cells = rows.map { $0.map { Inline.runs($0, style: page.style) } }
    let count = cells.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      cells.map { column < $0.count ? Explanation.width($0[column]) : 0 }.max() ?? 0
    }
    for (index, row) in cells.enumerated() {
      page.space(2)
      var column = 2
      for (place, cell) in row.enumerated() {
        let tones = index == 0 ? cell.map { Toned($0.text, .strong) } : cell
        if place == row.count - 1 {
          page.paragraph(tones, indent: column, from: column)
        } else {
          for run in tones { page.put(run.text, run.tone) }
          page.space(widths[place] - Explanation.width(cell) + 2)
          column += widths[place] + 2
        }
      }
    }
  }

  private static func width(_ runs: [Toned]) -> Int { runs.reduce(0) { $0 + Wording.width($1.text) } }
}
