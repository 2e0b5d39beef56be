import Capture
import Glibc
import PacketScript
import Testing

@Suite("The built program, with standard streams closed") struct StreamsTests {
  private let folder = Folder()

  /// - Parameter closing: as a shell writes it.
  private func run(_ arguments: [String], closing: String) throws -> Ran {
    try Program.run(["-c", "exec \"$0\" \"$@\" \(closing)", Program.path] + arguments, of: "/bin/sh")
  }

  @Test func resultsThatHaveNowhereToGo() throws {
    let capture = try folder.capture("0 C > S S\n0.1 S > C R. =0 ack 1")
    for arguments in [[capture], ["--format", "json", capture], ["sockets", "--interval", "0"]] {
      let ran = try run(arguments, closing: ">&-")
      #expect(ran.code == 3, "\(arguments)")
      #expect(ran.err == "tcpaudit: standard output can't be written: Bad file descriptor\n", "\(arguments)")
    }
  }

  @Test func theFileOfResultsIsNoStandardStream() throws {
    let capture = try folder.capture("0 C > S S\n0.1 S > C R. =0 ack 1")
    let (whole, bare) = (folder.path + "/whole", folder.path + "/bare")
    _ = try Program.run(["--format", "json", "-o", whole, capture])
    let ran = try run(["--format", "json", "-o", bare, capture], closing: "<&- >&- 2>&-")
    #expect(ran.code == 0)
    #expect(Folder.text(bare) != nil && Folder.text(bare) == Folder.text(whole))
  }

  /// What the kernel lends to capture with would take results, and send them into the network.
  @Test(.enabled(if: LiveTests.mayCapture, LiveTests.why)) func theCaptureIsNoStandardStream() throws {
    let child = try Program.start(
      [
        "-c", "exec \"$0\" \"$@\" <&- >&- 2>&-", Program.path, "live", "lo", "-f", "port 9", "-o",
        folder.path + "/results",
      ],
      of: "/bin/sh", output: .nothing, error: .nothing)
    #expect(eventually { child.watchesInterruptions })
    for number in 0...2 {
      var bytes = [CChar](repeating: 0, count: 256)
      let length = readlink("/proc/\(child.id)/fd/\(number)", &bytes, bytes.count)
      #expect(String(decoding: bytes.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self) == "/dev/null")
    }
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
  }
}
