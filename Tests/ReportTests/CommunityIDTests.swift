import Flow
import Testing
import Wire

@testable import Report

@Suite("Community id")
struct CommunityIDTests {
  /// FIPS 180-4's examples, and the lengths around the padding's edge.
  @Test(arguments: [
    ("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
    ("a", 1_000_000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
  ])
  func sha1(text: String, times: Int, digest: String) {
    for bySteps in [true, false] {
      var hash = SHA1(bySteps: bySteps)
      for _ in 0..<times { for byte in text.utf8 { hash.update(byte) } }
      let words = hash.digest()
      var hex = ""
      for index in 0..<5 {
        let digits = String(words[index], radix: 16)
        hex += String(repeating: "0", count: 8 - digits.count) + digits
      }
      #expect(hex == digest)
    }
  }

  struct Vector: CustomTestStringConvertible {
    var one: Endpoint
    var other: Endpoint
    var ipVersion: UInt8
    var id: String
    var testDescription: String { id }
  }

  /// The TCP rows of the specification's own baseline.
  static let vectors = [
    Vector(
      one: Endpoint(address: IPAddress(v4: 0x0102_0304), port: 1122),
      other: Endpoint(address: IPAddress(v4: 0x0506_0708), port: 3344), ipVersion: 4,
      id: "1:wCb3OG7yAFWelaUydu0D+125CLM="),
    Vector(
      one: Endpoint(address: IPAddress(v4: 0x80e8_6e78), port: 34855),
      other: Endpoint(address: IPAddress(v4: 0x4223_facc), port: 80), ipVersion: 4,
      id: "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    Vector(
      one: Endpoint(address: IPAddress(high: 0x2001_0470_e5bf_dead, low: 0x4957_2174_e82c_4887), port: 63943),
      other: Endpoint(address: IPAddress(high: 0x2607_f8b0_400c_0c03, low: 0x1a), port: 25), ipVersion: 6,
      id: "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="),
  ]

  @Test(arguments: vectors) func bothDirections(vector: Vector) {
    #expect(written { $0.communityID(vector.one, vector.other, ipVersion: vector.ipVersion) } == vector.id)
    #expect(written { $0.communityID(vector.other, vector.one, ipVersion: vector.ipVersion) } == vector.id)
  }
}
