import Testing

@testable import Screen

private let plain = TerminalLanguage(color: false, unicode: true)

@Suite("The canvas")
struct CanvasTests {
  @Test("Text is cut at the edge and at its limit, and outside nothing is written")
  func clipping() {
    var canvas = Canvas(columns: 8, rows: 2)
    #expect(canvas.put("exactly8", row: 0, column: 0) == 8)
    #expect(canvas.put("much too long", row: 1, column: 2, limit: 6) == 6)
    for (row, column) in [(-1, 0), (2, 0), (0, 8), (0, -1)] { canvas.put("x", row: row, column: column) }
    #expect(canvas.text(row: 0) == "exactly8")
    #expect(canvas.text(row: 1) == "  muc…")
  }

  @Test("Nothing that a terminal obeys gets on it, and every character takes one column")
  func hostile() {
    var canvas = Canvas(columns: 40, rows: 1)
    canvas.put("a\u{1b}[2Jb\u{7}漢e\u{301}", row: 0, column: 0)
    #expect(canvas.text(row: 0) == "a\\u{1b}[2Jb\\u{7}??")
    #expect(!canvas.update(from: nil, plain).dropFirst(8).contains(7))
  }

  @Test("Only what differs is sent")
  func update() {
    var old = Canvas(columns: 20, rows: 3)
    old.put("packets 1", row: 1, column: 0)
    var new = old
    #expect(new.update(from: old, plain).isEmpty)
    new.put("2", .error, row: 1, column: 8)
    #expect(String(decoding: new.update(from: old, plain), as: UTF8.self) == "\u{1b}[2;9H\u{1b}[0;1m2\u{1b}[0m")
    let colored = TerminalLanguage(color: true, unicode: true)
    #expect(String(decoding: new.update(from: old, colored), as: UTF8.self) == "\u{1b}[2;9H\u{1b}[0;1;31m2\u{1b}[0m")
    // Another size: all of it.
    #expect(String(decoding: new.update(from: Canvas(columns: 19, rows: 3), plain), as: UTF8.self).contains("packets"))
  }

  @Test("What is drawn is what a terminal then shows", arguments: 0..<20)
  func differences(seed: UInt64) {
    var random = SplitMix(state: seed)
    var shown: Canvas?
    var terminal = FakeTerminal(columns: 17, rows: 5)
    for _ in 0..<10 {
      var next = shown ?? Canvas(columns: 17, rows: 5)
      for _ in 0..<4 {
        let paints: [Paint] = [.plain, .strong, .error, .reverse]
        next.put(
          String(repeating: "xyz"[random.next(3)], count: random.next(9)), paints[random.next(4)], row: random.next(5),
          column: random.next(17))
      }
      terminal.obey(next.update(from: shown, plain))
      for row in 0..<5 { #expect(terminal.text(row: row) == next.text(row: row)) }
      shown = next
    }
  }

  @Test("Without Unicode, lines and arrows are plain")
  func ascii() {
    var canvas = Canvas(columns: 9, rows: 1)
    canvas.put("a → b…─é", row: 0, column: 0)
    let bytes = canvas.update(from: nil, TerminalLanguage(color: false, unicode: false))
    #expect(String(decoding: bytes, as: UTF8.self).contains("a > b~-?"))
  }
}

extension String {
  fileprivate subscript(_ place: Int) -> Character { self[index(startIndex, offsetBy: place)] }
}

/// A generator with a fixed seed (Steele, Lea, Flood 2014).
struct SplitMix {
  var state: UInt64

  mutating func next(_ below: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(below))
  }
}

/// Obeys what a canvas sends: cursor positions, clearing, and characters; colours are passed over.
struct FakeTerminal {
  let columns: Int
  var cells: [[Character]]
  var row = 0
  var column = 0

  init(columns: Int, rows: Int) {
    self.columns = columns
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  mutating func obey(_ bytes: [UInt8]) {
    var rest = Substring(String(decoding: bytes, as: UTF8.self))
    while let character = rest.popFirst() {
      guard character == "\u{1b}" else {
        cells[row][column] = character
        column += 1
        continue
      }
      rest = rest.dropFirst()
      let parameters = rest.prefix { !$0.isLetter }
      rest = rest.dropFirst(parameters.count)
      switch rest.popFirst() {
      case "H":
        let place = parameters.split(separator: ";").compactMap { Int($0) }
        (row, column) = (place[0] - 1, place[1] - 1)
      case "J": for row in cells.indices { cells[row] = Array(repeating: " ", count: columns) }
      default: break
      }
    }
  }

  func text(row: Int) -> String { String(String(cells[row]).reversed().drop { $0 == " " }.reversed()) }
}
