import Testing
import Wire

@Suite struct AddressTests {
  @Test(
    arguments: [
      (0, 0, "::"),
      (0, 1, "::1"),
      (0x2001_0db8_0000_0000, 1, "2001:db8::1"),
      // §4.2.2: one group alone is not shortened. §4.2.3: the longest run; the first of equals.
      (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
      (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
      (0x2001_0db8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"),
      (0x0000_0000_0000_0001, 0x0000_0001_0000_0000, "::1:0:1:0:0"),
      (0xfe80_0000_0000_0000, 0, "fe80::"),
      // §4.3: small letters; §4.1: no leading zeros.
      (0xABCD_0EF0_0001_0010, 0x0100_1000_ffff_000A, "abcd:ef0:1:10:100:1000:ffff:a"),
      // §5: a mapped address in an IPv6 header.
      (0, 0xffff_c000_0201, "::ffff:192.0.2.1"),
    ] as [(UInt64, UInt64, String)])
  func theSixthVersionIsWrittenAsRFC5952(high: UInt64, low: UInt64, text: String) {
    #expect(IPAddress(high: high, low: low).text(ipVersion: 6) == text)
  }

  @Test(arguments: [(0, "0.0.0.0"), (0x0a01_0002, "10.1.0.2"), (.max, "255.255.255.255")] as [(UInt32, String)])
  func theFourthVersionIsDotted(address: UInt32, text: String) {
    #expect(IPAddress(v4: address).text(ipVersion: 4) == text)
  }
}
