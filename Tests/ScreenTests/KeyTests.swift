import Testing

@testable import Screen

@Suite("Keys")
struct KeyTests {
  @Test(
    "Bytes of terminals are keys",
    arguments: [
      ("a", [Key.character("a")]), ("é", [.character("é")]), ("\u{1b}[A", [.up]), ("\u{1b}OB", [.down]),
      ("\u{1b}[5~", [.pageUp]), ("\u{1b}[6~", [.pageDown]), ("\u{1b}[1;5C", [.right]), ("\u{1b}[H", [.home]),
      ("\u{1b}[4~", [.end]), ("\r", [.enter]), ("\n", [.enter]), ("\u{7f}", [.backspace]), ("\u{3}", [.control("c")]),
      ("\t", [.tab]), ("\u{1b}[99~x", [.character("x")]), ("\u{1b}q", [.escape, .character("q")]),
      ("jk", [.character("j"), .character("k")]),
    ] as [(String, [Key])])
  func keys(bytes: String, keys: [Key]) {
    var whole = KeyReader()
    #expect(whole.take(bytes.utf8) == keys)
    // However the bytes are cut.
    var pieces = KeyReader()
    #expect(bytes.utf8.flatMap { pieces.take([$0]) } == keys)
  }

  @Test("ESC is a key when nothing follows, and not before")
  func escape() {
    var reader = KeyReader()
    #expect(reader.take([0x1b]).isEmpty)
    #expect(reader.finish() == [.escape])
    #expect(reader.finish().isEmpty)
    #expect(reader.take([0x1b]).isEmpty)
    #expect(reader.take([UInt8(ascii: "["), UInt8(ascii: "B")]) == [.down])
  }

  @Test("Bytes that are no key are dropped, and what follows is read")
  func nonsense() {
    var reader = KeyReader()
    #expect(reader.take([0xff, 0x80, UInt8(ascii: "a"), 0xc3]) == [.character("a")])
    #expect(reader.take([0xa9]) == [.character("é")])
    var long = KeyReader()
    #expect(long.take([0x1b, UInt8(ascii: "[")] + [UInt8](repeating: UInt8(ascii: "1"), count: 1000)).isEmpty)
    #expect(long.take([UInt8(ascii: "a")]) == [.character("a")])
  }
}
