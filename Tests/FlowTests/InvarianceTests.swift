import Flow
import PacketScript
import Testing
import Wire

/// What must not change whatever the way does to a clean connection's packets.
private struct Outcome: Equatable, CustomStringConvertible {
  var state: ConnectionState
  var payload: [UInt64]
  var acked: [UInt64]
  var missing: [UInt64]
  var unacked: [UInt64]
  var finOffsets: [Int64?]
  var resets: Int

  init(_ facts: Facts) {
    let sides = [facts.client, facts.server]
    state = facts.state
    payload = sides.map(\.payloadBytes)
    acked = sides.map(\.ackedBytes)
    missing = sides.map(\.missingBytes)
    unacked = sides.map(\.unackedBytes)
    finOffsets = sides.map { $0.fin?.offset }
    resets = sides.compactMap(\.resets).count
  }

  var description: String {
    "\(state), payload \(payload), acked \(acked), missing \(missing), unacked \(unacked), FIN \(finOffsets)"
  }
}

@Suite("A clean connection stays clean, whatever is split, doubled or overtaken on the way")
struct InvarianceTests {
  /// Packets of one exchange, 400 µs apart, so that what is overtaken is overtaken within reordering's time.
  private static func exchange(segmentSize: Int = 500) throws -> [Segment] {
    let script = try PacketScript.parse(
      """
      0.0000 C > S S <mss 1460,sackOK,TS,wscale 7>
      0.0004 S > C S. <mss 1460,sackOK,TS,wscale 7>
      0.0008 C > S .
      0.0012 C > S P. 1:1001/\(segmentSize)
      0.0020 S > C . ack 1001
      0.0024 S > C P. 1:3001/\(segmentSize)
      0.0032 C > S . ack 3001
      0.0036 C > S P. 1001:1301/\(segmentSize)
      0.0044 S > C P. 3001:3101/\(segmentSize) ack 1301
      0.0048 C > S . ack 3101
      0.0052 C > S F. 1301
      0.0056 S > C F. 3101 ack 1302
      0.0060 C > S . ack 3102
      """)
    return script.segments
  }

  /// The same packets in another order: times and numbers belong to the places.
  private static func inOrder(_ order: [Int], _ segments: [Segment]) -> [Segment] {
    zip(order, segments).map { index, place in
      var segment = segments[index]
      segment.time = place.time
      segment.packet = place.packet
      segment.ordinal = place.ordinal
      return segment
    }
  }

  private static func clean() throws -> Outcome { Outcome(try #require(track(try exchange()).first)) }

  @Test func theCleanOne() throws {
    let outcome = try Self.clean()
    #expect(outcome.state == .closed)
    #expect(outcome.payload == [1300, 3100] && outcome.acked == [1300, 3100])
    #expect(outcome.missing == [0, 0] && outcome.unacked == [0, 0])
    #expect(outcome.finOffsets == [1300, 3100] && outcome.resets == 0)
  }

  @Test(arguments: [1, 7, 99, 100, 101, 250, 333, 499, 501, 1000, 4000]) func cutIntoSegmentsOfAnySize(size: Int) throws
  {
    let all = track(try Self.exchange(segmentSize: size))
    #expect(try all.map(Outcome.init) == [Self.clean()])
    #expect(all.allSatisfy { $0.client.retransmittedPackets + $0.server.retransmittedPackets == 0 })
  }

  @Test func anyOneOvertaken() throws {
    let segments = try Self.exchange()
    // The first of all must stay: what came before it was not captured.
    for from in 1..<segments.count {
      for to in 1..<segments.count where abs(from - to) <= 3 {
        var order = Array(segments.indices)
        order.insert(order.remove(at: from), at: to)
        let all = track(Self.inOrder(order, segments))
        #expect(
          try all.map(Outcome.init) == [Self.clean()], "packet \(from + 1) comes as \(to + 1)")
      }
    }
  }

  @Test func everyOrderOfThreeInARow() throws {
    let segments = try Self.exchange()
    let orders = [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    for start in 3..<(segments.count - 3) {
      for change in orders {
        var order = Array(segments.indices)
        for place in 0..<3 { order[start + place] = start + change[place] }
        let all = track(Self.inOrder(order, segments))
        #expect(try all.map(Outcome.init) == [Self.clean()], "\(change) from packet \(start + 1)")
      }
    }
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>) func anyCopies(seed: UInt64) throws {
    var random = Generator(seed: seed)
    var doubled: [Segment] = []
    var copies: UInt64 = 0
    for segment in try Self.exchange() {
      doubled.append(segment)
      guard random.below(2) == 0 else { continue }
      copies += 1
      doubled.append(segment)
    }
    for place in doubled.indices {
      doubled[place].packet = PacketReference(input: 0, number: UInt64(place + 1))
      doubled[place].ordinal = UInt64(place + 1)
    }
    let facts = try #require(track(doubled).first)
    #expect(try Outcome(facts) == Self.clean())
    #expect(facts.client.duplicatePackets + facts.server.duplicatePackets == copies)
    #expect(facts.client.retransmittedPackets + facts.server.retransmittedPackets == 0)
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>) func anyShuffleOfNeighbours(seed: UInt64) throws {
    var random = Generator(seed: seed)
    let segments = try Self.exchange(segmentSize: 100)
    var order = Array(segments.indices)
    for place in 3..<(order.count - 1) where random.below(3) == 0 { order.swapAt(place, place + 1) }
    let all = track(Self.inOrder(order, segments))
    #expect(try all.map(Outcome.init) == [Self.clean()])
  }
}
