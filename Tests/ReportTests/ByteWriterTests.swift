import Report
import Testing
import Wire

func written(_ write: (inout ByteWriter) -> Void) -> String {
  var writer = ByteWriter()
  write(&writer)
  return writer.text
}

@Suite("Bytes")
struct ByteWriterTests {
  @Test(arguments: [
    (UInt64(0), "0"), (9, "9"), (10, "10"), (99, "99"), (100, "100"), (9_999, "9999"), (10_000, "10000"),
    (1_048_576, "1048576"), (99_999_999, "99999999"), (100_000_000, "100000000"), (10_000_000_007, "10000000007"),
    (9_999_999_999_999_999, "9999999999999999"), (10_000_000_000_000_000, "10000000000000000"),
    (.max, "18446744073709551615"),
  ])
  func decimals(value: UInt64, text: String) { #expect(written { $0.decimal(value) } == text) }

  @Test(arguments: [(Int64(0), "0"), (-1, "-1"), (.min, "-9223372036854775808"), (.max, "9223372036854775807")])
  func signedDecimals(value: Int64, text: String) { #expect(written { $0.decimal(value) } == text) }

  @Test(arguments: [
    (UInt64(0), 2, "00"), (7, 2, "07"), (10, 2, "10"), (123, 6, "000123"), (12_345_678, 8, "12345678"),
  ])
  func paddedDecimals(value: UInt64, digits: Int, text: String) {
    #expect(written { $0.decimal(value, digits: digits) } == text)
  }

  /// Of each length, and with each digit in each place.
  @Test func decimalsAsSwiftHasThem() {
    var value: UInt64 = 1
    for factor in [3, 7, 10, 11, 13, 9, 3, 17, 19, 5, 23, 29, 2, 31] as [UInt64] {
      for more in 0..<1000 as Range<UInt64> {
        let number = value &+ more &* 7_919
        #expect(written { $0.decimal(number) } == String(number))
      }
      value *= factor
    }
  }

  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00.000000000Z"),
    (-1, "1969-12-31T23:59:59.999999999Z"),
    (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
    (1_709_251_199_999_999_999, "2024-02-29T23:59:59.999999999Z"),
    (1_709_251_200_000_000_000, "2024-03-01T00:00:00.000000000Z"),
    (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
    (1_795_341_600_000_000_123, "2026-11-22T10:00:00.000000123Z"),
    // The ends of what 64 bits of nanoseconds reach.
    (.max, "2262-04-11T23:47:16.854775807Z"),
    (.min, "1677-09-21T00:12:43.145224192Z"),
  ])
  func times(nanoseconds: Int64, text: String) {
    #expect(written { $0.time(Timestamp(nanoseconds: nanoseconds)) } == text)
  }

  @Test(arguments: [
    (Int64(0), "0.0"), (1, "0.000000001"), (80_120_000, "0.08012"), (1_199_999_877, "1.199999877"),
    (350_000_000_000, "350.0"), (-1_500_000_000, "-1.5"), (.min, "-9223372036.854775808"),
  ])
  func seconds(nanoseconds: Int64, text: String) { #expect(written { $0.seconds(nanoseconds) } == text) }

  @Test(arguments: [(0.0, "0.0"), (1.0, "1.0"), (0.25, "0.25"), (1e-12, "0.0"), (.nan, "0.0"), (7.0, "1.0")])
  func ratios(value: Double, text: String) { #expect(written { $0.ratio(value) } == text) }

  @Test(arguments: [
    ("plain", #""plain""#),
    ("a\"b\\c", #""a\"b\\c""#),
    ("\u{1b}[2J\u{7}\u{0}", #""\u001b[2J\u0007\u0000""#),
    ("tab\tline\nreturn\r", #""tab\tline\nreturn\r""#),
    ("\u{7f}\u{80}\u{9b}31m\u{9f}", #""\u007f\u0080\u009b31m\u009f""#),
    ("café · ü · 中 · 🦀", "\"café · ü · 中 · 🦀\""),
    ("\u{a0}\u{bf}", "\"\u{a0}\u{bf}\""),
    ("", "\"\""),
    // Invalid UTF-8 has become U+FFFD when it was made a String.
    (String(decoding: [0xff, 0x41, 0xc2], as: UTF8.self), "\"\u{fffd}A\u{fffd}\""),
  ])
  func jsonStrings(value: String, text: String) throws {
    #expect(written { $0.jsonString(value) } == text)
    #expect(try JSON.parse(text) == .string(value))
  }
}
