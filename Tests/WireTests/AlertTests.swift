import PacketScript
import Testing
import Wire

@Suite("TLS alerts, told by their bytes where they were captured")
struct AlertTests {
  private func isNoAlert(_ payload: [UInt8], captured: Int? = nil) -> Bool {
    var sent = packet(4, payload: payload.count)
    sent.options = []
    var frame = FrameBuilder().frame(sent)
    frame.replaceSubrange((frame.count - payload.count)..., with: payload)
    let kept = captured.map { frame.count - payload.count + $0 } ?? frame.count
    var decoder = Decoder()
    var segment = Segment()
    #expect(decoder.outcome(of: frame, captured: kept, into: &segment) == .segment)
    return segment.options.contains(.noAlert)
  }

  private func record(_ type: UInt8, _ length: Int, minor: UInt8 = 3, claims: Int? = nil) -> [UInt8] {
    let claimed = claims ?? length - 5
    return [type, 3, minor, UInt8(claimed >> 8), UInt8(claimed & 255)] + [UInt8](repeating: 0x5a, count: length - 5)
  }

  @Test(arguments: [7, 23, 31, 37, 53, 69], [UInt8](0...4)) func anAlertOfAnyLengthAndVersion(length: Int, minor: UInt8)
  {
    #expect(!isNoAlert(record(21, length, minor: minor)))
  }

  @Test func beforeAVersionWasAgreedOn() {
    #expect(!isNoAlert([21, 0, 0, 0, 2, 1, 0]))
    #expect(isNoAlert([21, 0, 1, 0, 2, 1, 0]))
  }

  /// TLS 1.3 hides the type: 19 bytes of "application data" are as long as an alert alone.
  @Test func anAlertOfTLS13() {
    #expect(!isNoAlert(record(23, 24)))
    #expect(isNoAlert(record(23, 31)))
  }

  @Test func whatIsNone() {
    #expect(isNoAlert(record(22, 31)))
    #expect(isNoAlert(record(21, 31, minor: 5)))
    #expect(isNoAlert(record(21, 31, claims: 25)), "its length is another")
    #expect(isNoAlert([0x73, 0x74, 0x61, 0x74, 0x0a]))
    #expect(isNoAlert([21]))
    #expect(isNoAlert(Array("QUIT please, and good day".utf8.prefix(24))))
  }

  @Test func whatWasNotCapturedIsNotExcluded() {
    #expect(!isNoAlert(record(21, 31), captured: 30))
    #expect(!isNoAlert(record(21, 31), captured: 1))
    #expect(!isNoAlert(record(22, 31), captured: 0))
  }

  /// The first bytes tell.
  @Test(arguments: [1, 4, 5, 30]) func ofAnotherTheBeginningIsEnough(_ captured: Int) {
    #expect(isNoAlert(Array("zk_version\t3.8.0, built on 2022".utf8), captured: captured))
  }

  @Test func anotherRecordNeedsItsHeader() {
    #expect(isNoAlert(record(23, 31), captured: 5))
    #expect(!isNoAlert(record(23, 31), captured: 4))
  }

  @Test func whatIsLongerThanAnyAlertIsNotLookedAt() {
    #expect(!isNoAlert(record(22, 70)))
    #expect(!isNoAlert([]))
  }
}
