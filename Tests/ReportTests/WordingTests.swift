import Testing
import Wire

@testable import Report

@Suite("Wording")
struct WordingTests {
  @Test(arguments: [
    (UInt64(0), "0"), (999, "999"), (1000, "1,000"), (13_240, "13,240"), (1_234_567, "1,234,567"),
    (.max, "18,446,744,073,709,551,615"),
  ])
  func numbers(value: UInt64, text: String) { #expect(Wording.number(value) == text) }

  @Test(arguments: [
    (Int64(0), "0 s"), (-5, "0 s"), (500, "500 ns"), (62_000, "62 µs"), (1_250_000, "1.3 ms"), (80_000_000, "80 ms"),
    (1_234_000_000, "1.2 s"), (59_900_000_000, "60 s"), (350_000_000_000, "350 s"), (1_080_000_000_000, "18 min"),
    (1_085_000_000_000, "18 min 5 s"), (11_520_000_000_000, "3 h 12 min"), (270_000_000_000_000, "3 d 3 h"),
    (.max, "292.3 years"),
  ])
  func spans(nanoseconds: Int64, text: String) { #expect(Wording.span(nanoseconds) == text) }

  @Test(arguments: [
    (Int64(81_000_000), 3, "+0.081 s"), (-1_500_000, 6, "-0.001500 s"), (3_600_000_000_000, 3, "+3,600.000 s"),
    (-904_986_624_000_000_000, 3, "-28.7 years"),
  ])
  func offsets(nanoseconds: Int64, places: Int, text: String) {
    #expect(Wording.offset(nanoseconds, places: places) == text)
  }

  @Test(arguments: [
    ("plain.pcap", "plain.pcap"), ("", "''"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("$(reboot)", "'$(reboot)'"),
    ("a;b", "'a;b'"), ("ü.pcap", "'ü.pcap'"),
  ])
  func shellWords(text: String, word: String) { #expect(Wording.shellWord(text) == word) }

  @Test(arguments: [
    ("the end", "The end."), ("Done!", "Done!"), ("", ""), ("a", "A."), ("client, of all", "Client, of all."),
    ("cut.pcap ended", "cut.pcap ended."), ("fe80::1 tried", "fe80::1 tried."), ("half-open", "Half-open."),
  ])
  func sentences(text: String, sentence: String) { #expect(Wording.sentence(text) == sentence) }

  /// A terminal neither obeys nor hides what a name is made of.
  @Test(arguments: [
    ("a\u{1b}[2Jb\nc\u{9b}", #"a\u{1b}[2Jb\u{a}c\u{9b}"#), ("\u{202e}gnp", #"\u{202e}gnp"#), ("ü.pcap", "ü.pcap"),
  ])
  func names(text: String, visible: String) { #expect(Wording.visible(text) == visible) }

  @Test func aClockThatRanBackwardsTellsNoLength() {
    let (early, late) = (Timestamp(seconds: 5), Timestamp(seconds: 3605))
    #expect(Wording.span(from: early, to: late) == "60 min")
    #expect(Wording.span(from: late, to: early) == "length unknown: the clock ran backwards")
  }

  @Test func lists() {
    #expect(Wording.list([]) == "")
    #expect(Wording.list(["a"]) == "a")
    #expect(Wording.list(["a", "b", "c"], "or") == "a, b or c")
  }
}
