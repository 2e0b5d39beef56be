import Glibc
import PacketScript
import Testing

@Suite("The built program: interrupted, and watched while it works")
struct InterruptionTests {
  private let folder = Folder()

  /// What came until then is reported, as of a capture that ended there.
  @Test(arguments: [SIGINT, SIGTERM]) func whatWasReadIsReported(signal: Int32) throws {
    let pipe = try Pipe()
    let script = try PacketScript.parse(cutAndWhole)
    let bytes = script.pcap()
    let (out, err) = (folder.path + "/out", folder.path + "/err")
    let child = try Program.start(
      ["--format", "json", "-"], input: .descriptor(pipe.reading), output: .file(out), error: .file(err))
    #expect(write(pipe.writing, bytes, bytes.count) == bytes.count)
    // It has eaten all there is, and waits for more.
    #expect(eventually { child.watchesInterruptions && pipe.waiting == 0 })
    kill(child.id, signal)
    #expect(child.wait() == 130)
    close(pipe.writing)
    close(pipe.reading)
    let lines = (Folder.text(out) ?? "").split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix(#"{"type":"connection""#) }.count == 2)
    #expect(lines.contains { $0.hasPrefix(#"{"type":"finding""#) && $0.contains(#""rule":"half-close-truncated""#) })
    #expect(lines.last?.contains(#""packets":\#(script.captured.count),"#) == true, "\(lines.last ?? "")")
    #expect(lines.last?.hasSuffix(#","interrupted":true}"#) == true)
    #expect(Folder.text(err) == "", "that somebody wanted the end is no error")
  }

  /// timeout(1) sends two at once, for one wish; who asks a second later means it.
  @Test func twoSignalsAreOneWish() throws {
    // Nobody reads, so that the results can't be written.
    let pipe = try Pipe()
    pipe.fill()
    let child = try Program.start(
      ["--format", "json", try folder.capture(cutAndWhole)], output: .descriptor(pipe.writing),
      error: .file(folder.path + "/err"))
    #expect(eventually { child.watchesInterruptions })
    for _ in 0..<2 {
      kill(child.id, SIGTERM)
      usleep(20_000)
    }
    usleep(1_200_000)
    let status = Folder.text("/proc/\(child.id)/stat") ?? ""
    #expect(!status.contains(") Z ") && status.contains("(tcpaudit)"))
    kill(child.id, SIGTERM)
    #expect(child.wait() == 128 + SIGTERM)
    close(pipe.writing)
    close(pipe.reading)
  }

  /// Zeek's log and CSV have no place for it: standard error says that what is written is not all.
  @Test(arguments: ["csv", "zeek"]) func whatHasNoPlaceForItSaysSo(format: String) throws {
    let pipe = try Pipe()
    let bytes = try PacketScript.parse(cutAndWhole).pcap()
    let (out, err) = (folder.path + "/out", folder.path + "/err")
    let child = try Program.start(
      ["--format", format, "-"], input: .descriptor(pipe.reading), output: .file(out), error: .file(err))
    #expect(write(pipe.writing, bytes, bytes.count) == bytes.count)
    #expect(eventually { child.watchesInterruptions && pipe.waiting == 0 })
    kill(child.id, SIGINT)
    #expect(child.wait() == 130)
    close(pipe.writing)
    close(pipe.reading)
    let lines = (Folder.text(out) ?? "").split(whereSeparator: \.isNewline)
    #expect(lines.count { !$0.hasPrefix("#") && !$0.hasPrefix("id,") } == 2)
    #expect(Folder.text(err) == "tcpaudit: interrupted: what is written is of the packets read so far\n")
  }

  /// Ctrl-C stops the writer too, wherever it was: the user cut the stream, and nobody has to mend a capture.
  @Test func theWriterIsStoppedInTheMiddleOfAPacket() throws {
    let pipe = try Pipe()
    let bytes = Array(try PacketScript.parse(cutAndWhole).pcap().dropLast(7))
    let (out, err) = (folder.path + "/out", folder.path + "/err")
    let child = try Program.start(
      ["--format", "json", "-"], input: .descriptor(pipe.reading), output: .file(out), error: .file(err))
    #expect(write(pipe.writing, bytes, bytes.count) == bytes.count)
    #expect(eventually { child.watchesInterruptions && pipe.waiting == 0 })
    close(pipe.reading)
    kill(child.id, SIGINT)
    close(pipe.writing)
    #expect(child.wait() == 130)
    #expect(Folder.text(out)?.contains("capture-cut") == false)
    #expect(Folder.text(err) == "")
  }

  /// Standard error is no terminal: no progress line, however long it takes.
  @Test func noProgressWithoutATerminal() throws {
    let (out, err) = (folder.path + "/out", folder.path + "/err")
    #expect(try readSlowly(output: out, error: .file(err)) == 0)
    #expect(Folder.text(err) == "")
  }

  /// A terminal gets one, which is gone at the end; `--quiet` turns it off.
  @Test(arguments: [false, true]) func progressOnATerminal(quiet: Bool) throws {
    let terminal = try Terminal()
    defer { terminal.hangUp() }
    #expect(try readSlowly(output: folder.path + "/out", error: .descriptor(terminal.end), quiet: quiet) == 0)
    let shown = terminal.shown
    if quiet {
      #expect(shown == "")
    } else {
      #expect(shown.contains("reading: "), "\(shown)")
      #expect(shown.hasSuffix("\r\u{1b}[K"), "\(shown)")
    }
  }

  /// Feeds it so many packets that it looks around, waits longer than its patience, and feeds it as many again.
  private func readSlowly(output: String, error: Channel, quiet: Bool = false) throws -> Int32 {
    let script = try PacketScript.parse(healthy)
    let header = 24
    let packets = Array(script.pcap().dropFirst(header))
    let times = 2 * 8192 / script.captured.count + 2
    let pipe = try Pipe()
    let child = try Program.start(
      (quiet ? ["-q"] : []) + ["-"], input: .descriptor(pipe.reading), output: .file(output), error: error)
    close(pipe.reading)
    let chunk = Array([[UInt8]](repeating: packets, count: times).joined())
    send(Array(script.pcap().prefix(header)) + chunk, to: pipe.writing)
    usleep(1_400_000)
    send(chunk, to: pipe.writing)
    close(pipe.writing)
    return child.wait()
  }

  private func send(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let written = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        guard written > 0 else { return }
        done += written
      }
    }
  }
}
