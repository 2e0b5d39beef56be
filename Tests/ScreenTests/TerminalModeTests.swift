import Glibc
import Testing

@testable import Screen

@Suite("A terminal that is written to")
struct TerminalModeTests {
  /// A terminal of our own: what is written to `end` can be read from `master`.
  private func terminal() throws -> (master: Int32, end: Int32) {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN: unlock it, and ask for its number.
    var (locked, number): (Int32, Int32) = (0, 0)
    try #require(master >= 0 && ioctl(master, 0x4004_5431, &locked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
    let end = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(end >= 0)
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    return (master, end)
  }

  @Test("One that nobody reads takes what it has room for, holds up nothing, and goes on later")
  func stuck() throws {
    let (master, end) = try terminal()
    defer { for descriptor in [master, end] { close(descriptor) } }
    let picture = [UInt8](repeating: 0x78, count: 1 << 20)
    let started = time(nil)
    #expect(!TerminalMode.send(picture, to: end))
    #expect(!TerminalMode.send(picture, to: end))
    #expect(time(nil) - started < 5)
    var taken = 0
    var buffer = [UInt8](repeating: 0, count: 65_536)
    for _ in 0..<200 {
      let count = read(master, &buffer, buffer.count)
      if count > 0 { taken += count } else { usleep(2000) }
    }
    #expect(taken > 0 && taken < picture.count)
    #expect(TerminalMode.send(Array("on".utf8), to: end))
  }

  @Test("One that is gone is no reason to wait either")
  func gone() throws {
    let (master, end) = try terminal()
    close(master)
    defer { close(end) }
    #expect(!TerminalMode.send([0x78], to: end))
  }
}
