/// A block of Markdown, as far as our pages use it (CommonMark's names).
enum MarkdownBlock: Equatable {
  case heading(String)
  case paragraph(String)
  /// `marker` is `-` or `1.`; `level` counts from 0.
  case item(marker: String, level: Int, text: String)
  case code([String])
  /// The first row is the heading.
  case table([[String]])

  /// No blank line between the two.
  func continues(_ previous: MarkdownBlock) -> Bool {
    guard case .item(let marker, let level, _) = self, case .item(let other, _, _) = previous else { return false }
    return level > 0 || (marker == "-") == (other == "-")
  }

  static func parse(_ text: String) -> [MarkdownBlock] {
    var parser = MarkdownParser()
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) { parser.take(line) }
    parser.endBlock()
    return parser.blocks
  }
}

private struct MarkdownParser {
  var blocks: [MarkdownBlock] = []
  /// Open until a blank line or another block.
  private var open: MarkdownBlock?
  private var isInFence = false

  mutating func take(_ line: Substring) {
    let text = line.drop { $0 == " " }
    let indent = line.count - text.count
    if text.hasPrefix("```") {
      endBlock()
      isInFence.toggle()
      if isInFence { open = .code([]) }
      return
    }
    if isInFence { return addCode(String(line)) }
    if text.isEmpty { return endBlock() }
    // What is indented is code whatever it begins with: a packet's `#41` is no heading.
    if indent >= 4, open == nil || isInCode {
      if open == nil { open = .code([]) }
      return addCode(String(line.dropFirst(4)))
    }
    if isHeading(text) {
      endBlock()
      blocks.append(.heading(String(text.drop { $0 == "#" }.drop { $0 == " " })))
    } else if text.hasPrefix("|") {
      addRow(text)
    } else if let item = item(text, indent: indent) {
      endBlock()
      open = item
    } else {
      addText(text)
    }
  }

  private var isInCode: Bool {
    if case .code = open { true } else { false }
  }

  /// Up to six `#`, and a blank or nothing behind them.
  private func isHeading(_ text: Substring) -> Bool {
    let marks = text.prefix { $0 == "#" }.count
    return (1...6).contains(marks) && (text.count == marks || text.dropFirst(marks).first == " ")
  }

  mutating func endBlock() {
    if let open { blocks.append(open) }
    open = nil
  }

  private func item(_ text: Substring, indent: Int) -> MarkdownBlock? {
    let marker = text.prefix { $0 != " " }
    let rest = text.dropFirst(marker.count).drop { $0 == " " }
    let isNumber = marker.hasSuffix(".") && marker.count > 1 && marker.dropLast().allSatisfy(\.isNumber)
    guard marker == "-" || marker == "*" || isNumber, !rest.isEmpty else { return nil }
    return .item(marker: marker == "*" ? "-" : String(marker), level: indent / 2, text: String(rest))
  }

  private mutating func addCode(_ line: String) {
    guard case .code(let lines) = open else { return }
    open = .code(lines + [line])
  }

  private mutating func addRow(_ text: Substring) {
    let cells = text.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
      .map { trimmed($0) }
    let row = cells.last == "" ? Array(cells.dropLast()) : Array(cells)
    if row.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 == "-" || $0 == ":" } }) { return }
    if case .table(let rows) = open {
      open = .table(rows + [row])
    } else {
      endBlock()
      open = .table([row])
    }
  }

  /// A line that goes on with what is open, or begins a paragraph.
  private mutating func addText(_ text: Substring) {
    switch open {
    case .paragraph(let before): open = .paragraph("\(before) \(text)")
    case .item(let marker, let level, let before): open = .item(marker: marker, level: level, text: "\(before) \(text)")
    default:
      endBlock()
      open = .paragraph(String(text))
    }
  }

  private func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

/// Emphasis within a line.
enum Inline {
  /// The text without its marks. Without colour code keeps its backquotes where it has a blank: it would not be seen
  /// where it ends.
  static func runs(_ text: String, style: Style = Style()) -> [Toned] {
    var runs: [Toned] = []
    var plain = ""
    var rest = text[...]
    while let first = rest.first {
      if let (mark, tone) = mark(rest), let end = end(of: mark, in: rest.dropFirst(mark.count)) {
        // A rule's name is both: *`name`*.
        let inner = rest.dropFirst(mark.count)[..<end].filter { tone == .code || $0 != "`" }
        if !plain.isEmpty { runs.append(Toned(plain)) }
        plain = ""
        let quoted = tone == .code && !style.color && inner.contains(" ")
        runs.append(Toned(quoted ? "`\(inner)`" : String(inner), tone))
        rest = rest[end...].dropFirst(mark.count)
      } else {
        plain.append(first)
        rest = rest.dropFirst()
      }
    }
    if !plain.isEmpty { runs.append(Toned(plain)) }
    return runs
  }

  private static func mark(_ text: Substring) -> (String, Tone)? {
    if text.hasPrefix("`") { return ("`", .code) }
    if text.hasPrefix("**") { return ("**", .strong) }
    // A lone star is a star; `*` before a letter or code begins emphasis.
    if text.hasPrefix("*"), let next = text.dropFirst().first, next.isLetter || next.isNumber || next == "`" {
      return ("*", .strong)
    }
    return nil
  }

  private static func end(of mark: String, in text: Substring) -> Substring.Index? {
    var place = text.startIndex
    while place < text.endIndex {
      if text[place...].hasPrefix(mark) { return place > text.startIndex ? place : nil }
      place = text.index(after: place)
    }
    return nil
  }
}
