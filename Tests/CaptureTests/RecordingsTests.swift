import Capture
import PacketScript
import Testing
import Wire

@Suite("Which inputs are one recording, and when it ended")
struct RecordingsTests {
  /// A file with a packet at each of these times.
  private func file(_ milliseconds: [UInt32]) -> [UInt8] {
    var file = HandMade.pcap()
    for time in milliseconds { file.record(time / 1000, time % 1000 * 1000, [1]) }
    return file.bytes
  }

  @Test(
    "the end of each input's recording; none is told where it is one",
    arguments: [
      ([[1000, 2000]], []),
      ([[1000, 2000], [3000, 4000], [5000, 6000]], []),  // rotated
      ([[5000, 6000], [1000, 2000]], []),
      ([[1000, 2000], [1990, 4000]], []),  // rotated, and not quite in order
      ([[1000, 2000], [1500, 4000]], [2000, 4000]),  // at once
      ([[1000, 9000], [2000, 3000], [4000, 5000]], [9000, 5000, 5000]),
      ([[1000, 9000], [2000, 3000], [2500, 4000]], [9000, 3000, 4000]),
      // The last of them goes on with one that began before it.
      ([[1000, 100_000], [10_000, 100_000], [10_020, 10_050]], [100_000, 100_000, 100_000]),
      // Both rotated, the one a bit before the other.
      ([[1000, 5000], [1010, 5500], [5001, 8000], [5502, 8500]], [8000, 8500, 8000, 8500]),
      ([[1000, 5000], [1010, 5500], [4990, 8000], [5490, 8500]], [8000, 8500, 8000, 8500]),
      // The clock was set back: the latest time is no end.
      ([[90_000, 20_000, 21_000]], [21_000]),
      ([[90_000, 20_000, 21_000], [95_000, 99_000]], [99_000, 99_000]),
      ([[90_000, 20_000, 21_000], [89_000, 99_000]], [21_000, 99_000]),
    ] as [([[UInt32]], [Int64])])
  func ends(milliseconds: [[UInt32]], ends: [Int64]) throws {
    let folder = Folder()
    let paths = milliseconds.enumerated().map { folder.file("\($0.offset)", file($0.element)) }
    let reading = try Reading(paths: paths)
    #expect(
      reading.loss.endsOfRecordings(inputs: paths.count)
        == ends.map { Timestamp(nanoseconds: $0 * 1_000_000) })
  }

  @Test(
    "where a file may be missing: nothing is recorded between two",
    arguments: [
      ([[1000, 2000]], []),
      ([[1000, 2000], [2500, 4000], [5000, 6000], [9000, 9001]], [4000...5000, 6000...9000]),
      ([[5000, 6000], [1000, 2000]], [2000...5000]),
      // Another recording goes on meanwhile, or a while longer.
      ([[1000, 9000], [2000, 3000], [4000, 5000]], []),
      ([[1000, 5000], [1010, 5500], [7000, 8000], [7010, 8500]], [5500...7000]),
    ] as [([[UInt32]], [ClosedRange<Int64>])]) func seams(milliseconds: [[UInt32]], seams: [ClosedRange<Int64>]) throws
  {
    let folder = Folder()
    let paths = milliseconds.enumerated().map { folder.file("\($0.offset)", file($0.element)) }
    let times = try Reading(paths: paths).loss.seams.map {
      $0.lowerBound.nanoseconds / 1_000_000...$0.upperBound.nanoseconds / 1_000_000
    }
    #expect(times == seams)
  }

  @Test("a recorder that stopped later says so") func statistics() throws {
    let folder = Folder()
    var long = HandMade.pcapng()
    long.interface(options: [(9, [9])])
    long.packet(0, ticks: 1_500_000_000, [1])
    long.statistics(0, ticks: 9_000_000_000, options: [(3, long.halves(9_000_000_000))])
    let reading = try Reading(paths: [folder.file("a", file([1000, 2000])), folder.file("b", long.bytes)])
    #expect(reading.loss.endsOfRecordings(inputs: 2) == [2, 9].map { Timestamp(seconds: $0) })
  }

  @Test(
    "what the clock says less what it said before",
    arguments: [
      (30, 100, 30), (60, 100, 60), (100, 120, 120), (10, 20, 20), (10, 50, 30), (90, 160, 150), (50, 31, 31),
    ]
      as [(Int64, Int64, Int64)]) func toldTwice(since: Int64, until: Int64, certain: Int64) throws
  {
    let folder = Folder()
    let reading = try Reading(paths: [folder.file("a", file([1000, 100_000, 30_000, 31_000]))])
    #expect(reading.loss.toldTwice == [Timestamp(seconds: 30)...Timestamp(seconds: 100)])
    #expect(
      reading.loss.certain(since: Timestamp(seconds: since), until: Timestamp(seconds: until))
        == Timestamp(seconds: certain))
  }
}
