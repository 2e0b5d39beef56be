import Capture
import Glibc
import PacketScript
import Testing

@Suite("The built program, live", .serialized) struct LiveTests {
  static let mayCapture = CaptureDevice.mayCapture && canOpen
  static let why: Comment = "left out: it takes libpcap, and root or CAP_NET_RAW, to capture on lo"
  private static var canOpen: Bool { (try? LiveCapture(["lo"], LiveOptions(), now: 0)) != nil }

  private let folder = Folder()

  /// What is said on standard output and standard error.
  private func said() -> (out: String, err: String) {
    (Folder.text(folder.path + "/out") ?? "", Folder.text(folder.path + "/err") ?? "")
  }

  private func start(_ arguments: [String]) throws -> Child {
    let child = try Program.start(
      ["live", "lo"] + arguments, output: .file(folder.path + "/out"), error: .file(folder.path + "/err"))
    #expect(eventually { child.watchesInterruptions })
    return child
  }

  @Test(.enabled(if: mayCapture, why), arguments: [SIGINT, SIGTERM])
  func aFindingComesAtOnceAndTheSummaryAtTheEnd(signal: Int32) throws {
    let child = try start(["-f", "port 9", "--format", "json"])
    #expect(
      eventually {
        Loopback.knock(9)
        return said().out.contains(#""rule":"syn-refused""#)
      })
    kill(child.id, SIGUSR1)
    #expect(eventually { said().err.contains("refused") })
    kill(child.id, signal)
    #expect(child.wait() == 0)
    let lines = said().out.split(separator: "\n")
    #expect(lines.first?.hasPrefix(#"{"type":"run","schema":1,"tool":"tcpaudit""#) == true)
    #expect(lines.last?.hasPrefix(#"{"type":"summary""#) == true)
    #expect(said().out.hasSuffix("}\n"))
    #expect(
      said().err.hasPrefix("tcpaudit: capturing TCP on lo, only port 9; results go to standard output;"),
      "\(said().err)")
  }

  @Test(.enabled(if: mayCapture, why)) func onlyWhatIsNeededMayItDo() throws {
    let child = try start(["--duration", "60s", "--metrics", "127.0.0.1:0"])
    let status = { Folder.text("/proc/\(child.id)/status") ?? "" }
    #expect(eventually { status().contains("NoNewPrivs:\t1") })
    // CAP_NET_RAW alone, and root no more.
    #expect(status().contains("CapEff:\t0000000000002000") && status().contains("CapPrm:\t0000000000002000"))
    #expect(!status().contains("Uid:\t0\t"))
    // Who serves figures may nothing.
    let tasks = { Folder.names("/proc/\(child.id)/task").filter { $0 != "\(child.id)" } }
    #expect(eventually { !tasks().isEmpty })
    for task in tasks() {
      let status = { Folder.text("/proc/\(child.id)/task/\(task)/status") ?? "" }
      let nothing = ["CapEff:\t0000000000000000", "CapPrm:\t0000000000000000"]
      #expect(eventually { nothing.allSatisfy(status().contains) }, "\(status())")
    }
    #expect(eventually { said().err.contains("figures are at http://127.0.0.1:") })
    #expect(!said().err.contains("127.0.0.1:0/"))
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
  }

  @Test(.enabled(if: mayCapture, why)) func aFileIsOpenedAgain() throws {
    let results = folder.file("results", "")
    // Where it was begun by root it is another user by then, who makes no file here: root remains root.
    let child = try start(["-f", "port 9", "--format", "json", "-o", results, "--user", "root"])
    #expect(
      eventually {
        Loopback.knock(9)
        return Folder.text(results)?.contains("syn-refused") == true
      })
    rename(results, results + ".1")
    kill(child.id, SIGHUP)
    let header = #"{"type":"run""#
    #expect(eventually { Folder.text(results)?.hasPrefix(header) == true })
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
    #expect(Folder.text(results)?.contains(#"{"type":"summary""#) == true)
    #expect(Folder.text(results + ".1")?.contains(#"{"type":"summary""#) == false)
  }

  /// There is nothing to open again: no reason to end.
  @Test(.enabled(if: mayCapture, why)) func withoutAFileAHangUpIsNoEnd() throws {
    let child = try start(["-f", "port 9"])
    for round in 1...2 {
      kill(child.id, SIGHUP)
      #expect(
        eventually { said().err.split(separator: "\n").count { $0.contains("SIGHUP opens the file of -o") } == round },
        "\(said().err)")
    }
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
    #expect(said().out.contains("connection"))
  }

  /// But whose terminal is closed has nobody left who looks, unless he was told to go on without.
  @Test(.enabled(if: mayCapture && Program.installed("setsid") != nil, why), arguments: [false, true])
  func aTerminalThatIsClosed(outlives: Bool) throws {
    let terminal = try Terminal()
    let words = (outlives ? ["nohup"] : []) + [Program.path, "live", "lo", "-f", "port 9", "--plain"]
    let child = try Program.start(
      ["--ctty"] + words, of: try #require(Program.installed("setsid")), input: .descriptor(terminal.end),
      output: .file(folder.path + "/out"), error: .file(folder.path + "/err"))
    #expect(eventually { child.watchesInterruptions }, "\(said().err)")
    usleep(200_000)
    terminal.hangUp()
    if outlives {
      usleep(1_000_000)
      #expect(kill(child.id, 0) == 0)
      kill(child.id, SIGTERM)
    }
    #expect(child.wait() == 0)
    #expect(said().out.contains("connection") && said().err.contains("SIGHUP") == outlives, "\(said().err)")
  }

  @Test(.enabled(if: mayCapture, why)) func thePacketsAreRecorded() throws {
    let records = folder.path + "/records"
    let child = try start(["-f", "port 9", "--record", records, "--user", "root"])
    #expect(
      eventually {
        Loopback.knock(9)
        return Folder.names(records).contains { $0.hasSuffix("-syn-refused.pcapng") }
      })
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
    let name = try #require(Folder.names(records).first)
    let ran = try Program.run([records + "/" + name])
    #expect(ran.code == 0 && ran.out.contains("syn-refused"), "\(ran.out)\(ran.err)")
  }

  @Test(.enabled(if: mayCapture, why)) func aFullDiskSaysSo() throws {
    let child = try start(["--format", "json", "-o", "/dev/full"])
    #expect(child.wait() == 3)
    #expect(said().err.contains("No space left on device"), "\(said().err)")
  }

  /// As a full disk: no recording is left that has nothing in it.
  @Test(.enabled(if: mayCapture, why)) func aRecordingThatHasNoRoom() throws {
    let records = folder.path + "/records"
    let words = ["live", "lo", "-f", "port 9", "--record", records, "-o", "/dev/null", "--user", "root"]
    let complaint = try Complaint()
    let child = try Program.start(
      ["-c", "ulimit -S -f 0; exec \"$0\" \"$@\"", Program.path] + words, of: "/bin/sh", output: .nothing,
      error: .descriptor(complaint.pipe.writing))
    #expect(eventually { child.watchesInterruptions })
    let says = { (words: String) in
      eventually {
        Loopback.knock(9)
        return complaint.text.contains(words)
      }
    }
    #expect(says("can't be written: File too large"))
    #expect(Folder.names(records) == [])
    // There is room again, and it is told so instead of waiting a minute.
    if let prlimit = Program.installed("prlimit") {
      #expect(try Program.run(["--pid", "\(child.id)", "--fsize=unlimited"], of: prlimit).code == 0)
      kill(child.id, SIGHUP)
      #expect(says("packets are recorded again"))
      #expect(!Folder.names(records).isEmpty)
    }
    kill(child.id, SIGTERM)
    #expect(child.wait() == 3)
    #expect(complaint.text.contains("can't be written") && complaint.text.split(separator: "\n").count <= 3)
  }

  /// Standard error of a program that may write no file.
  private final class Complaint {
    let pipe: Pipe
    private var bytes: [UInt8] = []

    init() throws { pipe = try Pipe() }

    deinit {
      close(pipe.writing)
      close(pipe.reading)
    }

    var text: String {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = pipe.waiting > 0 ? read(pipe.reading, &buffer, buffer.count) : 0
      bytes += buffer.prefix(max(0, count))
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// libpcap says nothing of it; what nobody could see was no silence.
  @Test(.enabled(if: mayCapture && TwoHosts.mayBeMade, why), arguments: ["cable", "any"], [false, true])
  func anInterfaceThatIsSetDown(source: String, isDown: Bool) throws {
    let hosts = try TwoHosts()
    defer { hosts.remove() }
    let child = try Program.start(
      hosts.words("server", ["live", source, "--plain", "--linger", "3s", "--user", "root"]), of: TwoHosts.program,
      output: .file(folder.path + "/out"), error: .file(folder.path + "/err"))
    #expect(eventually { child.watchesInterruptions })
    let (client, server) = try hosts.connect()
    defer { for descriptor in [client, server] { close(descriptor) } }
    shutdown(client, Int32(SHUT_WR))
    usleep(200_000)
    if isDown {
      try hosts.set("server", "down")
      #expect(eventually { said().err.contains("cable is down; waiting until it is up") }, "\(said().err)")
    }
    #expect(eventually(for: 6) { said().out.contains("fin-unanswered") } != isDown, "\(said().out)")
    if isDown {
      #expect(!said().err.contains("there again"))
      try hosts.set("server", "up")
      #expect(eventually { said().err.contains("cable is there again") }, "\(said().err)")
    }
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
  }

  /// So short a time shows in no look at it, one a second.
  @Test(.enabled(if: mayCapture && TwoHosts.mayBeMade, why), arguments: ["lo", "any"])
  func anInterfaceThatIsDownForAMoment(source: String) throws {
    let hosts = try TwoHosts()
    defer { hosts.remove() }
    let child = try Program.start(
      hosts.words("server", ["live", source, "--plain"]), of: TwoHosts.program, output: .file(folder.path + "/out"),
      error: .file(folder.path + "/err"))
    #expect(eventually { child.watchesInterruptions })
    // `any` knows of it by its packets.
    try hosts.connectToItself()
    usleep(200_000)
    // A second is so long that one of two falls between two looks.
    for _ in 0..<2 {
      for state in ["down", "up"] { try hosts.set("server", state, "lo") }
      usleep(1_500_000)
    }
    #expect(eventually { said().err.contains("lo was down for a moment") }, "\(said().err)")
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
  }

  /// It is opened again by a thread of its own, which may what it takes as whoever `live` has become. What it saw last is not lost.
  @Test(.enabled(if: mayCapture && TwoHosts.mayBeMade, why))
  func anInterfaceThatIsMadeAnew() throws {
    let hosts = try TwoHosts()
    defer { hosts.remove() }
    let child = try Program.start(
      hosts.words("server", ["live", "cable", "lo", "--plain", "--format", "json"]), of: TwoHosts.program,
      output: .file(folder.path + "/out"), error: .file(folder.path + "/err"))
    #expect(eventually { child.watchesInterruptions })
    func lines(_ words: String) -> Int { (said().err + said().out).split(separator: "\n").count { $0.contains(words) } }
    for round in 1...4 {
      let (client, server) = try hosts.connect()
      for descriptor in [client, server] { close(descriptor) }
      // Within the 20 ms for which the kernel keeps what came last.
      try hosts.removeCable()
      #expect(eventually { lines("cable: The interface disappeared") == round }, "\(said().err)")
      try hosts.layCable()
      #expect(eventually { lines("cable is there again") == round }, "\(said().err)")
    }
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
    #expect(lines(#""type":"connection""#) == 4 && lines(#""state":"closed""#) == 4, "\(said().out)")
  }

  /// Nothing is written, so no write fails.
  @Test(.enabled(if: mayCapture, why)) func aReaderThatWentAway() throws {
    let pipe = try Pipe()
    let child = try Program.start(
      ["live", "lo", "-f", "port 9"], output: .descriptor(pipe.writing), error: .file(folder.path + "/err"))
    #expect(eventually { child.watchesInterruptions })
    close(pipe.writing)
    close(pipe.reading)
    #expect(child.wait() == 0)
  }

  /// Stopped from outside it gives the terminal back first, and takes it again when it goes on.
  @Test(.enabled(if: mayCapture, why), arguments: [true, false]) func stoppedFromOutside(byTSTP: Bool) throws {
    let terminal = try Terminal()
    defer { terminal.hangUp() }
    let child = try Program.start(
      ["live", "lo", "-f", "port 9"], input: .descriptor(terminal.end), output: .descriptor(terminal.end),
      error: .file(folder.path + "/err"))
    let (enter, leave) = ("\u{1b}[?1049h", "\u{1b}[?1049l")
    var shown = ""
    let shows = { (text: String) in
      eventually {
        shown += terminal.shown
        return shown.contains(text)
      }
    }
    #expect(shows(enter), "\(said().err)")
    #expect(shows("packets/s"))
    shown = ""
    kill(child.id, byTSTP ? SIGTSTP : SIGSTOP)
    #expect(eventually { Folder.text("/proc/\(child.id)/stat")?.contains(") T ") == true })
    if byTSTP { #expect(shows(leave)) }
    shown = ""
    kill(child.id, SIGCONT)
    #expect(shows(enter))
    #expect(shows("packets/s"))
    _ = write(terminal.master, "q", 1)
    #expect(shows(leave))
    #expect(child.wait() == 0)
  }

  /// A reader that stands still does not hold up the audit, nor its end.
  @Test(.enabled(if: mayCapture, why)) func aReaderThatStandsStill() throws {
    let pipe = try Pipe()
    // The pipe is full before the first result.
    pipe.fill()
    let child = try Program.start(
      ["live", "lo", "-f", "port 9", "--format", "json"], output: .descriptor(pipe.writing),
      error: .file(folder.path + "/err"))
    #expect(eventually { child.watchesInterruptions })
    for _ in 0..<20 { Loopback.knock(9) }
    // It answers while nobody reads.
    kill(child.id, SIGUSR1)
    #expect(eventually(for: 5) { said().err.contains("connection") }, "\(said().err)")
    kill(child.id, SIGTERM)
    #expect(child.wait() == 3)
    #expect(said().err.contains("was not read as fast as results came"), "\(said().err)")
    close(pipe.reading)
    close(pipe.writing)
  }

  @Test(.enabled(if: mayCapture, why)) func itEndsByItself() throws {
    let ran = try Program.run(["live", "lo", "-f", "port 9", "--duration", "200ms"])
    #expect(ran.code == 0 && ran.out.contains("No TCP connections."), "\(ran.out)\(ran.err)")
  }

  @Test(
    .enabled(if: mayCapture && Program.installed("setpriv") != nil, why),
    arguments: [
      ([], "cap_net_raw=ep"), (["--sockets"], "cap_net_raw,cap_sys_ptrace,cap_dac_read_search=ep"),
      (["--sockets", "--all-namespaces"], "cap_net_raw,cap_sys_ptrace,cap_dac_read_search,cap_sys_admin=ep"),
    ])
  func withoutTheRight(arguments: [String], rights: String) throws {
    let setpriv = try #require(Program.installed("setpriv"))
    let ran = try Program.run(
      ["--bounding-set=-net_raw", "--inh-caps=-net_raw", "--reuid=65534", "--clear-groups", Program.path, "live", "lo"]
        + arguments,
      of: setpriv)
    #expect(ran.code == 4, "\(ran.err)")
    #expect(ran.err.contains("sudo setcap \(rights) \(Program.path)"), "\(ran.err)")
  }

  @Test(arguments: [
    ["live"], ["live", "lo", "lo"], ["live", "any", "lo"], ["live", "lo", "-f", "tcp and"],
    ["live", "lo", "--snaplen", "1"], ["live", "lo", "--record-files", "1"],
    ["live", "lo", "--all-namespaces"], ["live", "lo", "port", "80"], ["live", "lo", "--user", "no such user"],
  ]) func mistakes(arguments: [String]) throws {
    guard arguments.last != "no such user" || geteuid() == 0 else { return }
    let ran = try Program.run(arguments)
    #expect(ran.code == 2 && ran.out.isEmpty && ran.err.split(separator: "\n").count == 1, "\(ran.err)")
  }
}
