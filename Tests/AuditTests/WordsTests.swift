import Testing

@testable import Audit

@Suite("Words")
struct WordsTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (9144, "9,144"), (1_234_567, "1,234,567"), (-1000, "-1,000"),
  ])
  func numbersHaveCommas(_ number: Int, _ text: String) { #expect(commas(number) == text) }

  @Test(arguments: [
    (Int64(0), "0 s"), (-1, "0 s"), (999, "999 ns"), (400_000, "400 µs"), (999_700, "1 ms"), (1_000_000, "1 ms"),
    (80_120_000, "80 ms"), (999_600_000, "1 s"), (1_200_000_000, "1.2 s"), (5_000_000_000, "5 s"),
    (9_949_000_000, "9.9 s"), (9_960_000_000, "10 s"), (350_400_000_000, "350 s"), (999_500_000_000, "16 min 40 s"),
    (4_000_000_000_000, "66 min 40 s"), (7_200_000_000_000, "2 h"), (10_249_200_000_000_000, "118 d 15 h"),
    (184_280_807_000_000_000, "5.8 years"), (904_986_624_000_000_000, "28.7 years"), (.max, "292.3 years"),
  ]) func timesHaveAUnitThatFits(_ nanoseconds: Int64, _ text: String) { #expect(duration(nanoseconds) == text) }

  @Test func oneIsSingular() {
    #expect(bytes(1) == "1 byte")
    #expect(bytes(9144) == "9,144 bytes")
  }
}
