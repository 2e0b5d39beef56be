import Glibc
import Report
import Testing

@Suite("Output", .serialized)
struct OutputTests {
  func line(_ text: String, times: Int = 1) -> ByteWriter {
    var writer = ByteWriter()
    for _ in 0..<times { writer.text(text) }
    return writer
  }

  @Test func inMemory() {
    let output = Output()
    var writer = line("one\n")
    output.recordEnded(&writer)
    writer.text("two\n")
    output.flush(&writer)
    #expect(String(decoding: output.collected, as: UTF8.self) == "one\ntwo\n")
    #expect(writer.count == 0)
  }

  @Test func aRecordWaitsForCompany() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    defer { for end in ends { close(end) } }
    let output = Output(descriptor: ends[1])
    var writer = line("waits\n")
    output.recordEnded(&writer)
    var byte: UInt8 = 0
    #expect(read(ends[0], &byte, 1) == -1)
    output.flush(&writer)
    #expect(read(ends[0], &byte, 1) == 1)
    #expect(byte == UInt8(ascii: "w"))
  }

  @Test func aLiveRecordDoesNotWait() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    defer { for end in ends { close(end) } }
    let output = Output(descriptor: ends[1], flushesEachRecord: true)
    var writer = line("at once\n")
    output.recordEnded(&writer)
    var byte: UInt8 = 0
    #expect(read(ends[0], &byte, 1) == 1)
  }

  /// A reader that stands still holds nothing up; what it takes later is whole, and what there was no room for is counted.
  @Test func aReaderThatStandsStill() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    defer { for end in ends { close(end) } }
    let output = Output(descriptor: ends[1], flushesEachRecord: true)
    let record = String(repeating: "r", count: 999) + "\n"
    // 12 MB; a pipe takes 64 KiB, memory 8 MiB.
    for _ in 0..<12_000 {
      var writer = line(record)
      output.recordEnded(&writer)
    }
    #expect((3000...4000).contains(output.leftOut), "\(output.leftOut)")
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    for _ in 0..<1000 {
      let count = read(ends[0], &buffer, buffer.count)
      if count > 0 { bytes += buffer[..<count] }
      output.send()
    }
    #expect(bytes.count == (12_000 - Int(output.leftOut)) * 1000)
    #expect(stride(from: 999, to: bytes.count, by: 1000).allSatisfy { bytes[$0] == 10 })
  }

  /// The end does not wait for it for ever, and says what it did not get.
  @Test func theEndWithAReaderThatStandsStill() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let output = Output(descriptor: ends[1], flushesEachRecord: true)
    var writer = line("x", times: 1 << 20)
    output.flush(&writer)
    #expect(output.leftOut == 0)
    output.finish(patience: 20)
    #expect(output.leftOut == 1 && output.failure == nil)
  }

  @Test func aReaderThatGoesAwayIsAQuietEnd() {
    Output.takeFailuresForErrors()
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let output = Output(descriptor: ends[1])
    var writer = line("nobody reads\n")
    output.flush(&writer)
    #expect(output.isBroken)
    #expect(output.failure == nil)
    #expect(writer.count == 0)
  }

  /// Nothing is written to it, and so no EPIPE comes.
  @Test func aReaderThatGoesAwayWhileNothingIsWritten() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { close(ends[1]) }
    let output = Output(descriptor: ends[1], flushesEachRecord: true)
    output.send()
    #expect(!output.isClosed)
    close(ends[0])
    output.send()
    #expect(output.isBroken && output.failure == nil)
  }

  @Test func aFullDiskIsAFailure() throws {
    let full = open("/dev/full", O_WRONLY)
    try #require(full >= 0)
    defer { close(full) }
    let output = Output(descriptor: full)
    var writer = line("x\n")
    output.flush(&writer)
    #expect(output.failure == ENOSPC)
    #expect(output.failureText == "No space left on device")
    #expect(!output.isBroken)
    #expect(output.isClosed)
  }

  /// A pipe takes 64 KiB: the rest is written as the reader makes room, by a descriptor that does not block too.
  @Test(arguments: [Int32(0), O_NONBLOCK]) func partialWritesGoOn(flags: Int32) throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFL, flags)
    let reader = Reader(source: ends[0])
    // A thread of its own: the test's pool may have one thread only, and that one writes.
    var thread = pthread_t()
    let argument = Unmanaged.passUnretained(reader).toOpaque()
    let started = pthread_create(
      &thread, nil, { Unmanaged<Reader>.fromOpaque($0!).takeUnretainedValue().run() }, argument)
    try #require(started == 0)
    let output = Output(descriptor: ends[1])
    var writer = line("0123456789", times: 100_000)
    output.flush(&writer)
    close(ends[1])
    pthread_join(thread, nil)
    close(ends[0])
    #expect(reader.total == 1_000_000)
    #expect(!output.isClosed)
  }
}

/// Counts what comes until the writer closes.
private final class Reader {
  let source: Int32
  var total = 0

  init(source: Int32) { self.source = source }

  func run() -> UnsafeMutableRawPointer? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(source, &buffer, buffer.count)
      if count <= 0 { return nil }
      total += count
    }
  }
}
