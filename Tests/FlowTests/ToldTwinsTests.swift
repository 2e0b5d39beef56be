import Testing
import Wire

@testable import Flow

@Suite("What is told of one sight of an open connection, and not of the other")
struct ToldTwinsTests {
  /// - Parameter hops: routers behind which this sight of it was captured; each takes 0.3 ms.
  private func sight(_ id: UInt64, isn: UInt32, answer: UInt32? = 77, hops: UInt8 = 0) -> Brief {
    var brief = Brief()
    brief.id = id
    let later = Int64(hops) * 300_000
    brief.birth = Birth(
      clientISN: SequenceNumber(isn), serverISN: answer.map { SequenceNumber($0) },
      clientFirst: Timestamp(nanoseconds: 1_000_000_000 + later),
      serverFirst: answer == nil ? nil : Timestamp(nanoseconds: 1_100_000_000 - later), clientTTL: 64 - hops,
      serverTTL: answer == nil ? 0 : 60 + hops)
    return brief
  }

  @Test func theOtherSightKnowsAndItsOwnStays() {
    var told = ToldTwins()
    #expect(told.isEmpty)
    told.tell(0b101, of: sight(1, isn: 5))
    #expect(told.told(sight(2, isn: 5, hops: 1)) == (ofTwin: 0b101, ofItself: 0))
    #expect(told.told(sight(1, isn: 5)) == (ofTwin: 0, ofItself: 0b101))
    // It was the first that was told of; the other one's words change nothing.
    told.tell(0b010, of: sight(2, isn: 5, hops: 1))
    #expect(told.told(sight(2, isn: 5, hops: 1)).ofTwin == 0b101)
    // Nothing of it stands any more.
    told.tell(0, of: sight(1, isn: 5))
    #expect(told.told(sight(2, isn: 5, hops: 1)) == (ofTwin: 0, ofItself: 0))
  }

  /// Another connection; a beginning without an answer, which half of all have; nothing that was told.
  @Test func othersAreNone() {
    var told = ToldTwins()
    told.tell(1, of: sight(1, isn: 5))
    #expect(told.told(sight(2, isn: 6, hops: 1)).ofTwin == 0)
    #expect(told.told(sight(2, isn: 5, answer: 78, hops: 1)).ofTwin == 0)
    var none = ToldTwins()
    none.tell(1, of: sight(1, isn: 5, answer: nil))
    none.tell(0, of: sight(1, isn: 5))
    #expect(none.isEmpty)
  }

  @Test func theOldestAreForgottenFirst() {
    var told = ToldTwins()
    for number in 0...UInt64(ToldTwins.limit) { told.tell(1, of: sight(number + 1, isn: UInt32(number))) }
    #expect(told.told(sight(9_000, isn: 0, hops: 1)).ofTwin == 0)
    for isn in [1, UInt32(ToldTwins.limit)] { #expect(told.told(sight(9_000, isn: isn, hops: 1)).ofTwin == 1) }
  }
}
