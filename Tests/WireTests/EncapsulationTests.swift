import PacketScript
import Testing
import Wire

@Suite struct EncapsulationTests {
  private static func vxlan(_ id: UInt32) -> [UInt8] {
    ethernet(0x0800, outer4(17, udp(4789, join([8, 0, 0, 0], big(id << 8), ethernet(0x0800, v4)))))
  }

  @Test func theSameWrappingHasTheSameNumber() {
    var decoder = Decoder()
    var segment = Segment()
    var numbers: [UInt32: UInt16] = [:]
    for round in 0..<3 {
      for id in UInt32(1)...500 {
        #expect(decoder.outcome(of: Self.vxlan(id), into: &segment) == .segment)
        if round == 0 { numbers[id] = segment.encapsulation }
        #expect(segment.encapsulation == numbers[id])
      }
    }
    #expect(decoder.encapsulations.count == 501 && Set(numbers.values).count == 500)
    #expect(decoder.encapsulations[Int(numbers[77]!)].tunnels.first?.id == 77)
  }

  @Test func whatIsNoTCPTakesNoPlace() {
    var decoder = Decoder()
    var segment = Segment()
    let query = ethernet(0x0800, outer4(17, udp(53, [1, 2, 3])))
    let bytes = ethernet(0x8100, join([0, 9], Array(query[12...])))
    #expect(decoder.outcome(of: bytes, into: &segment) == .notTCP)
    #expect(decoder.encapsulations.count == 1)
  }

  @Test func theTableIsBounded() {
    var decoder = Decoder()
    var segment = Segment()
    // VNI: three bytes before the last of the VXLAN header, which ends at 14 + 20 + 8 + 8.
    var bytes = Self.vxlan(0)
    for id in UInt32(0)..<66_000 {
      bytes[46] = UInt8(id >> 16)
      bytes[47] = UInt8(id >> 8 & 255)
      bytes[48] = UInt8(id & 255)
      _ = decoder.outcome(of: bytes, into: &segment)
    }
    #expect(decoder.encapsulations.count == 65_536)
    #expect(segment.encapsulation == 0, "too many: not told apart from none")
    #expect(decoder.outcome(of: Self.vxlan(4), into: &segment) == .segment)
    #expect(segment.encapsulation == 5, "the earlier ones keep their numbers")
  }
}
