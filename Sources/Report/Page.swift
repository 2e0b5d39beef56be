/// Lines for a terminal. Nothing that came from a capture, a file name or a rule reaches it but through `put`, which makes
/// control characters visible: no input can command the terminal.
struct Page {
  var writer = ByteWriter()
  let style: Style

  init(_ style: Style) { self.style = style }

  mutating func put(_ text: String, _ tone: Tone = .plain) {
    let visible = Wording.visible(text)
    guard style.color, let parameters = tone.parameters, !visible.isEmpty else { return writer.text(visible) }
    writer.text("\u{1b}[\(parameters)m")
    writer.text(visible)
    writer.text("\u{1b}[0m")
  }

  mutating func space(_ count: Int) { writer.fill(UInt8(ascii: " "), count: max(0, count)) }

  mutating func newline() { writer.newline() }

  mutating func line(_ text: String, indent: Int = 0, _ tone: Tone = .plain) {
    space(indent)
    put(text, tone)
    newline()
  }

  /// Words, broken at blanks so that no line is wider than the style; a word that is wider alone stays whole.
  ///
  /// - Parameters:
  ///   - indent: of every line but the first.
  ///   - column: where the first line stands already.
  mutating func paragraph(_ text: String, indent: Int = 0, from column: Int? = nil) {
    paragraph([Toned(text)], indent: indent, from: column)
  }

  mutating func paragraph(_ runs: [Toned], indent: Int = 0, from column: Int? = nil) {
    if column == nil { space(indent) }
    var place = column ?? indent
    var isFirst = true
    for word in Page.words(runs) {
      let width = word.reduce(0) { $0 + Wording.width($1.text) }
      if !isFirst {
        if place + 1 + width > style.width {
          newline()
          space(indent)
          place = indent
        } else {
          space(1)
          place += 1
        }
      }
      for part in word { put(part.text, part.tone) }
      place += width
      isFirst = false
    }
    newline()
  }

  /// Parts with three blanks between them, broken between parts where the line is full; a part that is wider than a line
  /// is broken at its blanks.
  mutating func parts(_ parts: [Toned], indent: Int, from column: Int = 0) {
    var place = column
    for (index, part) in parts.enumerated() {
      let width = Wording.width(part.text)
      if index > 0 {
        if place + 3 + width > style.width {
          newline()
          space(indent)
          place = indent
        } else {
          space(3)
          place += 3
        }
      }
      if place + width <= style.width {
        put(part.text, part.tone)
        place += width
      } else {
        place = wrapped(part, indent: indent, from: place)
      }
    }
    newline()
  }

  /// Says at which column it ends.
  private mutating func wrapped(_ part: Toned, indent: Int, from column: Int) -> Int {
    var place = column
    for (index, word) in part.text.split(separator: " ").enumerated() {
      let width = Wording.width(String(word))
      if index > 0, place + 1 + width > style.width {
        newline()
        space(indent)
        place = indent
      } else if index > 0 {
        space(1)
        place += 1
      }
      put(String(word), part.tone)
      place += width
    }
    return place
  }

  /// Words of several tones: what is not parted by a blank is one word, even where its tone changes.
  private static func words(_ runs: [Toned]) -> [[Toned]] {
    var words: [[Toned]] = []
    var continues = false
    for run in runs {
      for (index, piece) in run.text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
        if index > 0 { continues = false }
        guard !piece.isEmpty else { continue }
        let part = Toned(String(piece), run.tone)
        if continues { words[words.count - 1].append(part) } else { words.append([part]) }
        continues = true
      }
    }
    return words
  }
}
