import Capture
import PacketScript
import Testing
import Wire

@Suite struct LossTests {
  private typealias Options = [(UInt16, [UInt8])]

  /// One interface that counts nanoseconds, packets at 100, 200, …, and what `more` adds.
  private func reading(_ more: (inout HandMade) -> Void) throws -> Reading {
    var file = HandMade.pcapng()
    file.interface(options: [(9, [9])])
    file.packet(0, ticks: 100, [1])
    more(&file)
    return try Reading(file.bytes)
  }

  private func interval(_ from: Int64, _ to: Int64) -> ClosedRange<Timestamp> {
    Timestamp(nanoseconds: from)...Timestamp(nanoseconds: to)
  }

  @Test func packetsTellWhatWasDroppedBeforeThem() throws {
    let reading = try reading { file in
      file.packet(0, ticks: 200, [2], options: [(2, [0, 0, 0, 0]), (4, file.value(5))])
      file.packet(0, ticks: 300, [3])
      file.packet(0, ticks: 400, [4], options: [(4, file.value(2))])
    }
    #expect(reading.errors == [])
    #expect(reading.loss.kernelDropped == 7)
    #expect(reading.loss.interfaceDropped == 0)
    #expect(reading.loss.blind == [interval(100, 200), interval(300, 400)])
  }

  @Test func statisticsReplaceEachOther() throws {
    let reading = try reading { file in
      file.statistics(0, ticks: 500, options: [(5, file.value(3)), (7, file.value(0))])
      file.statistics(0, ticks: 600, options: [(5, file.value(3)), (7, file.value(0))])
      file.statistics(0, ticks: 700, options: [(5, file.value(4)), (7, file.value(10))])
    }
    #expect(reading.loss.interfaceDropped == 4)
    #expect(reading.loss.kernelDropped == 10)
    // Nothing was dropped between the first and the second.
    #expect(reading.loss.blind == [interval(100, 500), interval(600, 700)])
  }

  @Test func whatPacketsToldIsNotCountedTwice() throws {
    for option: UInt16 in [5, 7] {
      let reading = try reading { file in
        file.packet(0, ticks: 200, [2], options: [(4, file.value(5))])
        file.packet(0, ticks: 300, [2])
        file.statistics(0, ticks: 400, options: [(option, file.value(5))])
      }
      #expect(reading.loss.kernelDropped + reading.loss.interfaceDropped == 5)
      #expect(reading.loss.blind == [interval(100, 200)])
    }
  }

  /// Packets that were chosen out of a capture stand beside the statistics of all of it: until their end others were recorded.
  @Test(arguments: [(1, 0, 900), (2, 1, 900), (9, 0, 100), (9, 7, 100)] as [(UInt64, UInt64, Int64)])
  func statisticsOfMoreThanThereIs(_ received: UInt64, _ dropped: UInt64, _ end: Int64) throws {
    let read = try reading { file in
      file.statistics(
        0, ticks: 100, options: [(3, file.halves(900)), (4, file.value(received)), (7, file.value(dropped))])
    }
    #expect(read.recordingEnd == Timestamp(nanoseconds: end))
  }

  @Test func theRecordingEndsWithItsStatistics() throws {
    let later = try reading { file in
      file.statistics(0, ticks: 100, options: [(2, file.halves(50)), (3, file.halves(900)), (4, file.value(1))])
    }
    #expect(later.recordingEnd == Timestamp(nanoseconds: 900))
    let earlier = try reading { file in file.statistics(0, ticks: 100, options: [(3, file.halves(90))]) }
    #expect(earlier.recordingEnd == Timestamp(nanoseconds: 100))
    let nonsense = try reading { file in file.statistics(0, ticks: 100, options: [(3, file.halves(.max))]) }
    #expect(nonsense.recordingEnd == Timestamp(nanoseconds: 100))
  }

  @Test func theNumberOfBlindIntervalsHasALimit() throws {
    let reading = try reading { file in
      for step in 1...3000 as ClosedRange<UInt64> {
        // The gaps grow: the earliest become one.
        file.packet(0, ticks: 1000 * step + step * step, [1])
        file.packet(0, ticks: 1000 * step + step * step + 1, [1], options: [(4, file.value(1))])
      }
    }
    #expect(reading.loss.kernelDropped == 3000)
    #expect(reading.loss.blind.count == CaptureLoss.blindLimit)
    #expect(reading.loss.blind.first?.lowerBound == Timestamp(nanoseconds: 1001))
    #expect(reading.loss.blind.last == interval(12_000_000, 12_000_001))
    for (one, next) in zip(reading.loss.blind, reading.loss.blind.dropFirst()) {
      #expect(one.upperBound < next.lowerBound)
    }
  }

  @Test func aClockThatIsSetBackIsNoted() throws {
    var file = HandMade.pcapng()
    file.interface(options: [(9, [9])])
    file.interface(options: [(9, [9])])
    let second: UInt64 = 1_000_000_000
    file.packet(0, ticks: 10 * second, [1])
    file.packet(1, ticks: 5 * second, [1])  // another interface, another clock
    file.packet(0, ticks: 10 * second - 99_000_000, [1])  // less than a tenth of a second is tolerated
    file.packet(0, ticks: 7 * second, [1])
    file.packet(0, ticks: 20 * second, [1])
    file.packet(0, ticks: 8 * second, [1])
    let loss = try Reading(file.bytes).loss
    #expect(loss.backwardSteps == 2)
    #expect(loss.largestBackwardStep == 12_000_000_000)
    #expect(loss.firstBackwardStep == PacketReference(input: 0, number: 4))
    #expect(loss.firstBackwardTime == Timestamp(seconds: 7))
  }

  @Test func aClassicFileToo() throws {
    var file = HandMade.pcap()
    for time in [10, 20, 5, 6] as [UInt32] { file.record(time, 0, [1]) }
    let reading = try Reading(file.bytes)
    #expect(reading.loss.backwardSteps == 1)
    #expect(reading.loss.largestBackwardStep == 15_000_000_000)
    #expect(reading.loss.firstBackwardStep == PacketReference(input: 0, number: 3))
    // The leap to 20 was taken back.
    #expect(reading.recordingEnd == Timestamp(seconds: 6))
  }
}
