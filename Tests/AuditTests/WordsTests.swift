import Testing

@testable import Audit

@Suite("Words")
struct WordsTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (9144, "9,144"), (1_234_567, "1,234,567"), (-1000, "-1,000"),
  ])
  func numbersHaveCommas(_ number: Int, _ text: String) { #expect(commas(number) == text) }

  @Test(arguments: [
    (Int64(0), "0 ms"), (400_000, "0.4 ms"), (1_000_000, "1 ms"), (80_120_000, "80 ms"), (1_200_000_000, "1.2 s"),
    (5_000_000_000, "5 s"), (9_949_000_000, "9.9 s"), (350_400_000_000, "350 s"), (4_000_000_000_000, "4,000 s"),
  ]) func timesHaveAUnitThatFits(_ nanoseconds: Int64, _ text: String) { #expect(duration(nanoseconds) == text) }

  @Test func oneIsSingular() {
    #expect(bytes(1) == "1 byte")
    #expect(bytes(9144) == "9,144 bytes")
  }
}
