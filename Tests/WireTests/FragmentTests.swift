import PacketScript
import Testing
import Wire

/// Field notes, trap 10.
@Suite struct FragmentTests {
  /// The payload of `whole` (an IPv4 packet) in pieces: (start, length, sent with "more fragments").
  private static func pieces(of whole: [UInt8], _ cuts: [Int], id: UInt16 = 9, next: UInt8 = 6) -> [[UInt8]] {
    let payload = Array(whole.dropFirst(20))
    let starts = [0] + cuts
    return starts.indices.map { index in
      let end = index + 1 < starts.count ? starts[index + 1] : payload.count
      let field = UInt16(starts[index] / 8) | (end < payload.count ? 0x2000 : 0)
      return ethernet(0x0800, outer4(next, Array(payload[starts[index]..<end]), id: id, fragment: field))
    }
  }

  private static let whole = ipBytes(packet(payload: 100, options: [.timestamps(value: 1, echo: 2)]))

  @Test(arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
  func theSegmentComesWithTheLastFragment(order: [Int]) {
    // The TCP header itself lies in four pieces.
    let frames = Self.pieces(of: Self.whole, [8, 16, 24])
    var decoder = Decoder()
    var segment = Segment()
    for (number, index) in order.enumerated() {
      let outcome = decoder.outcome(of: frames[index], number: UInt64(number + 1), into: &segment)
      #expect(outcome == (number < 3 ? .fragment : .segment))
    }
    #expect(segment.sourcePort == 40_000 && segment.destinationPort == 80 && segment.timestampEcho == 2)
    #expect(segment.payloadLength == 100 && segment.wireLength == UInt32(4 * 20 + 32 + 100))
    #expect(segment.options == [.timestamps, .reassembled] && segment.ipID == 9)
    #expect(segment.packet.number == 4)
    decoder.finish()
    #expect(decoder.incompleteFragments == 0)
  }

  @Test func aSnaplenChangesNoLength() {
    let frames = Self.pieces(of: Self.whole, [80])
    for captured in [14 + 20 + 18, 14 + 20 + 30, 14 + 20 + 60] {
      var decoder = Decoder()
      var segment = Segment()
      #expect(decoder.outcome(of: frames[0], captured: captured, into: &segment) == .fragment)
      #expect(decoder.outcome(of: frames[1], captured: 35, into: &segment) == .segment)
      #expect(segment.payloadLength == 100 && segment.wireLength == 2 * 20 + 132)
      #expect(segment.options.contains(.notCaptured) == (captured < 14 + 20 + 32))
    }
  }

  @Test func aCopyOfAFragmentIsNoOverlap() {
    let frames = Self.pieces(of: Self.whole, [8, 16])
    var decoder = Decoder()
    var segment = Segment()
    for index in [0, 0, 2, 2] { #expect(decoder.outcome(of: frames[index], into: &segment) == .fragment) }
    #expect(decoder.outcome(of: frames[1], into: &segment) == .segment)
    #expect(segment.wireLength == 3 * 20 + 132, "copies are not on the wire twice")
    #expect(decoder.outcome(of: frames[1], into: &segment) == .fragment, "a copy of what completed it")
    // A second later the identification is used anew.
    for index in [0, 1] { #expect(decoder.outcome(of: frames[index], seconds: 1, into: &segment) == .fragment) }
    #expect(decoder.outcome(of: frames[2], seconds: 1, into: &segment) == .segment)
    decoder.finish()
    #expect(decoder.incompleteFragments == 0)
  }

  @Test func whatOverlapsIsDropped() {
    var decoder = Decoder()
    var segment = Segment()
    let failure = Outcome.skipped(DecodeFailure(.ipv4, .badFragment, offset: 34, bound: .ipv4TotalLength))
    let frames = Self.pieces(of: Self.whole, [16, 64])
    let overlapping = Self.pieces(of: Self.whole, [8, 72])
    #expect(decoder.outcome(of: frames[0], into: &segment) == .fragment)
    #expect(decoder.outcome(of: overlapping[1], into: &segment) == failure)
    #expect(decoder.outcome(of: frames[1], into: &segment) == failure)
    #expect(decoder.outcome(of: frames[2], into: &segment) == failure)
    decoder.finish()
    #expect(decoder.incompleteFragments == 1)
  }

  @Test func whatNeverCompletesIsCounted() {
    var decoder = Decoder()
    var segment = Segment()
    let frames = Self.pieces(of: Self.whole, [16])
    #expect(decoder.outcome(of: frames[1], seconds: 0, into: &segment) == .fragment)
    // 31 s later the old part is forgotten.
    #expect(decoder.outcome(of: frames[0], seconds: 31, into: &segment) == .fragment)
    #expect(decoder.incompleteFragments == 1)
    decoder.finish()
    #expect(decoder.incompleteFragments == 2)
  }

  @Test func datagramsAreToldApart() {
    var decoder = Decoder()
    var segment = Segment()
    let first = Self.pieces(of: Self.whole, [16], id: 1)
    let second = Self.pieces(of: Self.whole, [16], id: 2)
    #expect(decoder.outcome(of: first[0], into: &segment) == .fragment)
    #expect(decoder.outcome(of: second[1], into: &segment) == .fragment)
    #expect(decoder.outcome(of: second[0], into: &segment) == .segment)
    #expect(segment.ipID == 2)
    #expect(decoder.outcome(of: first[1], into: &segment) == .segment)
    #expect(segment.ipID == 1)
  }

  /// A flood of first fragments: memory stays as it is, all are counted, and whole packets are read as before.
  @Test func aFloodIsBounded() {
    var decoder = Decoder()
    var segment = Segment()
    for number in UInt16(0)..<5000 {
      let piece = Self.pieces(of: Self.whole, [16], id: number)[0]
      #expect(decoder.outcome(of: piece, into: &segment) == .fragment)
    }
    #expect(decoder.incompleteFragments >= 5000 - 1024)
    #expect(decoder.outcome(of: ethernet(0x0800, v4), into: &segment) == .segment)
    decoder.finish()
    #expect(decoder.incompleteFragments == 5000)
  }

  @Test(
    arguments: [
      // A piece in the middle that is no multiple of eight; one that ends beyond 65,535.
      (0x2000, 9), (0x1fff, 16),
    ] as [(UInt16, Int)])
  func badFragmentsAreNamed(field: UInt16, length: Int) {
    let bytes = ethernet(0x0800, outer4(6, [UInt8](repeating: 0, count: length), fragment: field))
    guard case .skipped(let failure) = decode(bytes).outcome else {
      Issue.record("not skipped")
      return
    }
    #expect(failure.layer == .ipv4 && failure.reason == .badFragment)
  }

  @Test func fragmentsThatCanHoldNoTCPAreNotHeld() {
    #expect(decode(ethernet(0x0800, outer4(1, v4, fragment: 0x2000))).outcome == .notTCP)
  }

  /// A tunnel whose outer packet was too long: the inner segment counts as if it had not been.
  @Test func aTunnelIsReassembledToo() {
    let inner = ethernet(0x0800, Self.whole)
    let outside = outer4(17, udp(4789, join([8, 0, 0, 0, 0, 0, 42, 0], inner)))
    let frames = Self.pieces(of: outside, [40], next: 17)
    var decoder = Decoder()
    var segment = Segment()
    // Held, and UDP as far as anybody can tell.
    #expect(decoder.outcome(of: frames[0], into: &segment) == .notTCP)
    #expect(decoder.outcome(of: frames[1], into: &segment) == .segment)
    #expect(segment.payloadLength == 100 && segment.wireLength == 152 && segment.options == .timestamps)
    #expect(decoder.encapsulations[Int(segment.encapsulation)].tunnels == [tunnel(.vxlan, 42)])
  }

  @Test func ipv6HasAHeaderForIt() {
    let payload = Array(ipBytes(packet(6, payload: 60)).dropFirst(40))
    // Routing header before the fragments, destination options within.
    let inside: [UInt8] = [6, 0, 1, 4, 0, 0, 0, 0] + payload
    func piece(_ start: Int, _ bytes: ArraySlice<UInt8>, more: UInt16) -> [UInt8] {
      ethernet(
        0x86dd,
        outer6(
          43,
          join(
            [44, 0, 0, 0, 0, 0, 0, 0], [60, 0], big(UInt16(start) | more), [0, 1, 0x12, 0x34], Array(bytes))))
    }
    var decoder = Decoder()
    var segment = Segment()
    #expect(decoder.outcome(of: piece(16, inside[16...], more: 0), into: &segment) == .fragment)
    #expect(decoder.outcome(of: piece(0, inside[..<16], more: 1), into: &segment) == .segment)
    #expect(segment.payloadLength == 60 && segment.sourcePort == 40_000 && segment.ipVersion == 6)
    #expect(segment.wireLength == UInt32(2 * (40 + 8 + 8) + inside.count))
    #expect(segment.ipID == 0x1234 && segment.options.subtracting(.noAlert) == .reassembled)
  }

  /// What is not TCP is no TCP in pieces either.
  @Test(arguments: [(6, Outcome.fragment), (17, .notTCP), (1, .notTCP)] as [(UInt8, Outcome)])
  func aFragmentIsOfWhatItCarries(next: UInt8, outcome: Outcome) {
    var decoder = Decoder()
    var segment = Segment()
    #expect(decoder.outcome(of: Self.pieces(of: Self.whole, [80], next: next)[0], into: &segment) == outcome)
  }

  /// Over IPv6 the fragment's own header says it.
  @Test(arguments: [(6, Outcome.fragment), (60, .fragment), (58, .notTCP)] as [(UInt8, Outcome)])
  func aFragmentOverIPv6(next: UInt8, outcome: Outcome) {
    var decoder = Decoder()
    var segment = Segment()
    let piece = join([next, 0, 0, 1, 0, 0, 0x12, 0x34], [UInt8](repeating: 0, count: 16))
    #expect(decoder.outcome(of: ethernet(0x86dd, outer6(44, piece)), into: &segment) == outcome)
  }
}
