import Capture
import Glibc
import PacketScript
import Testing
import Wire

@Suite struct TimelineTests {
  /// A classic file with one packet at each of these seconds; its bytes name the file.
  private func file(_ name: UInt8, _ seconds: [UInt32]) -> [UInt8] {
    var file = HandMade.pcap()
    for second in seconds { file.record(second, 0, [name]) }
    return file.bytes
  }

  /// Files a, b, c …, each with packets at these seconds, given in this order, come out as these letters.
  @Test(
    arguments: [
      ([[1, 2, 3]], "aaa"),
      ([[1, 2], [3, 4]], "aabb"),
      ([[5, 6], [1, 2], [3, 4]], "bbccaa"),  // rotated, given in any order
      ([[1, 4, 7], [2, 5, 8], [3, 6, 9]], "abcabcabc"),
      ([[1, 9], [2, 3], [4, 5]], "abbcca"),
      ([[1, 1], [1, 1]], "aabb"),  // at one time the first stays
      ([[], [1], []], "b"),
      ([[5, 1, 6], [2, 7]], "baaab"),  // within one file its order is kept
      ([[1, 100, 3], [2, 4]], "abbaa"),
    ] as [([[UInt32]], String)])
  func inOrderOfTime(seconds: [[UInt32]], order: String) throws {
    let folder = Folder()
    let letters = Array("abcdef".utf8)
    let paths = seconds.indices.map { folder.file("\($0)", file(letters[$0], seconds[$0])) }
    let reading = try Reading(paths: paths)
    #expect(reading.errors == [])
    #expect(String(decoding: reading.frames.flatMap(\.bytes), as: UTF8.self) == order)
    #expect(reading.frames.map(\.ordinal) == Array(1...UInt64(order.count)))
    for (input, times) in seconds.enumerated() {
      let own = reading.frames.filter { $0.packet.input == input }
      #expect(own.map(\.packet.number) == Array(1..<UInt64(times.count + 1)))
      #expect(own.map(\.time) == times.map { Timestamp(seconds: Int64($0)) })
      #expect(own.allSatisfy { reading.interfaces[Int($0.interface)].input == input })
    }
    #expect(reading.bytesRead == reading.bytesTotal)
    #expect(reading.bytesTotal == UInt64(24 * seconds.count + 17 * order.count))
  }

  /// Far more files than a process may have open.
  @Test func rotatedFilesTakeOneDescriptor() throws {
    let folder = Folder()
    let count: UInt32 = 1500
    let paths = (0..<count).reversed().map { folder.file("\($0)", file(7, [2 * $0, 2 * $0 + 1])) }
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let before = limit.rlim_cur
    limit.rlim_cur = min(before, 512)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    defer {
      limit.rlim_cur = before
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    let reading = try Reading(paths: paths)
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.time) == (0..<2 * count).map { Timestamp(seconds: Int64($0)) })
  }

  @Test func damageEndsOneInputAndTheOthersGoOn() throws {
    let folder = Folder()
    var broken = HandMade.pcap()
    broken.record(2, 0, [1])
    broken.record(3, 0, [1], captured: 1 << 30)
    let paths = [
      folder.file("broken", broken.bytes), "\(folder.path)/missing", folder.file("sound", file(2, [1, 4])),
      folder.file("text", Array("this is no capture at all".utf8)),
    ]
    let reading = try Reading(paths: paths)
    #expect(reading.frames.map(\.bytes) == [[2], [1], [2]])
    #expect(Set(reading.errors.map(\.path)) == [paths[0], paths[1], paths[3]])
  }

  /// What was recorded is said once, though the file is opened twice.
  @Test func aFileWithoutPacketsStillTellsItsLosses() throws {
    let folder = Folder()
    var empty = HandMade.pcapng()
    empty.interface(options: [(9, [9])])
    empty.statistics(0, ticks: 9_000_000_000, options: [(3, empty.halves(9_000_000_000)), (7, empty.value(4))])
    let reading = try Reading(paths: [folder.file("a", file(1, [1])), folder.file("b", empty.bytes)])
    #expect(reading.frames.count == 1)
    #expect(reading.loss.kernelDropped == 4)
    #expect(reading.recordingEnd == Timestamp(seconds: 9))
    #expect(reading.interfaces.count == 2)
  }

  /// A pipe can't be opened twice, and takes part all the same.
  @Test func pipesTakePart() throws {
    let folder = Folder()
    var ends: [CInt] = [0, 0]
    #expect(pipe(&ends) == 0)
    let bytes = file(1, [1, 3])
    #expect(write(ends[1], bytes, bytes.count) == bytes.count)
    close(ends[1])
    let reading = try Reading(paths: [folder.file("a", file(2, [2, 4])), "/dev/fd/\(ends[0])"])
    close(ends[0])
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.bytes) == [[1], [2], [1], [2]])
    #expect(reading.bytesTotal == nil)
  }

  @Test func standardInputOnce() throws {
    let folder = Folder()
    let saved = dup(0)
    let opened = open(folder.file("a", file(1, [1, 2])), O_RDONLY)
    dup2(opened, 0)
    defer {
      dup2(saved, 0)
      close(saved)
      close(opened)
    }
    let reading = try Reading(paths: ["-", "-"])
    #expect(reading.frames.map(\.bytes) == [[1], [1]])
    #expect(reading.errors.map(\.cause) == ["standard input can be read only once"])
  }

  /// Packets of any size, across the edges of the buffer.
  @Test func recordsAcrossTheBuffer() throws {
    var random = Random(seed: 5)
    for isPcapng in [false, true] {
      var file = isPcapng ? HandMade.pcapng() : HandMade.pcap()
      if isPcapng { file.interface() }
      var sizes = (0..<300).map { _ in random.next(below: 4000) }
      sizes += [262_144, 1, 262_144, 0, 200_000, 262_140, 262_144]
      for (index, size) in sizes.enumerated() {
        let data = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: size)
        if isPcapng {
          file.packet(0, ticks: UInt64(index), data)
        } else {
          file.record(UInt32(index), 0, data)
        }
      }
      let reading = try Reading(file.bytes)
      #expect(reading.errors == [])
      #expect(reading.frames.map(\.bytes.count) == sizes)
      for (index, frame) in reading.frames.enumerated() {
        #expect(frame.bytes.allSatisfy { $0 == UInt8(truncatingIfNeeded: index) })
      }
    }
  }
}
