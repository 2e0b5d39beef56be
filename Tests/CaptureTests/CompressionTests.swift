import CLZ4
import CZlib
import CZstd
import Capture
import PacketScript
import Testing
import Wire

@Suite struct CompressionTests {
  enum Method: CaseIterable {
    case gzip, zstd, lz4

    /// One member or frame.
    func compress(_ bytes: [UInt8]) -> [UInt8] {
      var room = [UInt8](repeating: 0, count: bytes.count * 2 + 10_000)
      let size =
        switch self {
        case .gzip: gzip(bytes, into: &room)
        case .zstd: ZSTD_compress(&room, room.count, bytes, bytes.count, 3)
        case .lz4: LZ4F_compressFrame(&room, room.count, bytes, bytes.count, nil)
        }
      return Array(room.prefix(size))
    }

    private func gzip(_ bytes: [UInt8], into room: inout [UInt8]) -> Int {
      var stream = z_stream()
      deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
      defer { deflateEnd(&stream) }
      var bytes = bytes
      let count = room.count
      return bytes.withUnsafeMutableBufferPointer { from in
        room.withUnsafeMutableBufferPointer { to in
          stream.next_in = from.baseAddress
          stream.avail_in = CUnsignedInt(from.count)
          stream.next_out = to.baseAddress
          stream.avail_out = CUnsignedInt(to.count)
          deflate(&stream, Z_FINISH)
          return count - Int(stream.avail_out)
        }
      }
    }
  }

  /// Packets that compress, 900 KB of them: more than any buffer holds.
  private static let plain: [UInt8] = {
    var file = HandMade.pcap()
    var random = Random(seed: 1)
    for index in 0..<300 as Range<UInt32> {
      file.record(
        index, 0, [UInt8](repeating: UInt8(truncatingIfNeeded: random.next()), count: 3000 + random.next(below: 9)))
    }
    return file.bytes
  }()

  private static let expected = (try? Reading(plain).frames) ?? []
  private var plain: [UInt8] { Self.plain }
  private var expected: [KeptFrame] { Self.expected }

  /// Where damage lies is said of what the file unpacks to, and that it may be the compression's.
  @Test(arguments: Method.allCases + [nil])
  func damageInside(_ method: Method?) throws {
    var file = HandMade.pcap()
    file.record(0, 0, [UInt8](repeating: 1, count: 100))
    let end = UInt64(file.bytes.count)
    let bytes = file.bytes + [UInt8](repeating: 0xee, count: 40)
    let reading = try Reading(method?.compress(bytes) ?? bytes)
    let error = try #require(reading.errors.first)
    #expect(reading.frames.count == 1 && error.offset == end)
    #expect(error.isUnpacked == (method != nil))
    #expect(error.mend.contains("its compression is damaged") == (method != nil), "\(error.mend)")
    #expect(error.mend.contains("etch"), "\(error.mend)")
  }

  @Test(arguments: Method.allCases)
  func equalToPlain(method: Method) throws {
    let packed = method.compress(plain)
    let reading = try Reading(packed)
    #expect(reading.errors == [])
    #expect(reading.frames == expected)
    // Progress counts what lies on disk.
    #expect(reading.bytesRead == UInt64(packed.count))
    #expect(reading.bytesTotal == UInt64(packed.count))
  }

  /// `cat a.gz b.gz`, cut where no packet ends.
  @Test(arguments: Method.allCases)
  func members(method: Method) throws {
    let cuts = [0, 1, 1, 30, 400_001, 400_001, plain.count]
    let packed = zip(cuts, cuts.dropFirst()).flatMap { method.compress(Array(plain[$0..<$1])) }
    let reading = try Reading(packed)
    #expect(reading.errors == [])
    #expect(reading.frames == expected)
  }

  /// Cut anywhere: the packets before are given, in their order, and one error says so.
  @Test(arguments: Method.allCases)
  func truncated(method: Method) throws {
    let packed = method.compress(plain)
    for length in stride(from: 8, to: packed.count, by: max(packed.count / 20, 1)) {
      let reading = try Reading(Array(packed[..<length]))
      #expect(expected.starts(with: reading.frames))
      #expect(reading.errors.count == 1)
      #expect(reading.errors.first?.isTruncation == true, "\(length): \(reading.errors)")
    }
  }

  @Test(arguments: Method.allCases, 0..<10 as Range<UInt64>)
  func damaged(method: Method, seed: UInt64) throws {
    var random = Random(seed: seed)
    var packed = method.compress(plain)
    for _ in 0..<3 { packed[random.next(below: packed.count - 8) + 8] ^= 1 << UInt8(random.next(below: 8)) }
    let reading = try Reading(packed)
    #expect(reading.errors.count <= 1)
    #expect(reading.frames.count <= expected.count + 1)
    if let error = reading.errors.first { #expect(!error.cause.isEmpty && error.offset != nil) }
  }

  /// Tapes and some file systems pad with zeros; anything else behind the data is named.
  @Test func behindTheLastMember() throws {
    let packed = Method.gzip.compress(plain)
    #expect(try Reading(packed + [UInt8](repeating: 0, count: 1000)).errors == [])
    let reading = try Reading(packed + Array("garbage".utf8))
    #expect(reading.frames.count == 300)
    #expect(reading.errors.count == 1)
    #expect(reading.errors.first?.cause.contains("at byte \(packed.count) ") == true)
  }

  @Test(arguments: Method.allCases)
  func whatIsInItIsNamed(method: Method) throws {
    let reading = try Reading(method.compress(Array("a log file, and no capture".utf8)))
    #expect(reading.errors.map(\.cause) == ["a text file, not a capture"])
  }

  /// Both formats have frames that are to be skipped, with one magic number.
  @Test(arguments: [Method.zstd, .lz4], [0, 5, 9000, 3_000_000]) func skippedFramesInFront(method: Method, length: Int)
    throws
  {
    let skipped = [0x5a, 0x2a, 0x4d, 0x18] + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: length >> $0) }
    let frame = skipped + [UInt8](repeating: 7, count: length)
    let reading = try Reading(frame + frame + method.compress(plain))
    #expect(reading.errors == [])
    #expect(reading.frames == expected)
    #expect(try Reading(frame).errors.count == 1)
  }
}
