import Testing

@testable import Capture

@Suite("How long a busy capture waits") struct RingPauseTests {
  /// At the usual snaplen a packet takes 240 bytes of the ring: 64 MiB hold 8,738 of them in a thirty-second part.
  @Test(arguments: [(0, false), (255, false), (256, true), (8738, true), (8739, false)] as [(UInt64, Bool)])
  func onlyWhereItGainsAndTheRingHasRoom(count: UInt64, isDue: Bool) {
    var pause = RingPause(ring: 64 << 20, snaplen: 128)
    let before = pause.isDue(after: 1000)
    #expect(before)
    let now = pause.isDue(after: 1000 + count)
    #expect(now == isDue)
  }

  /// 1 MiB is full after eight milliseconds at half a million packets a second.
  @Test(arguments: [256, 500, 4000, 1_000_000] as [UInt64])
  func neverWithASmallRing(count: UInt64) {
    var pause = RingPause(ring: 1 << 20, snaplen: 128)
    let isDue = pause.isDue(after: count)
    #expect(!isDue)
  }

  @Test func neverWithNonsense() {
    var pause = RingPause(ring: -1, snaplen: -1)
    let isDue = pause.isDue(after: 1000)
    #expect(!isDue)
  }
}
