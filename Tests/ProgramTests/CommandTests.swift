import Glibc
import PacketScript
import Testing

@Suite("The built program: every command from end to end")
struct CommandTests {
  private let folder = Folder()
  private let cutReply = captures + "cut-reply/client.pcapng"

  @Test func versionAndHelp() throws {
    let version = try Program.run(["--version"])
    #expect(version.code == 0)
    #expect(version.out.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
    let help = try Program.run(["--help"])
    #expect(help.code == 0)
    #expect(help.err == "")
    for word in ["read", "show", "check", "rules", "explain", "interfaces", "EXIT CODES"] {
      #expect(help.out.contains(word), "\(word)")
    }
  }

  /// No colour, no control character, no progress: nobody looks through a terminal.
  @Test func aPipeGetsPlainText() throws {
    let ran = try Program.run([cutReply])
    #expect(!ran.out.contains("\u{1b}"))
    let coloured = try Program.run(["--color", "always", cutReply])
    #expect(coloured.out.contains("\u{1b}["))
    #expect(coloured.out.replacing(/\u{1b}\[[0-9;]*m/, with: "") == ran.out)
  }

  @Test(arguments: ["text", "json", "csv", "zeek"]) func resultsGoToAFile(format: String) throws {
    let onOutput = try Program.run(["--format", format, cutReply])
    let file = folder.path + "/results"
    let ran = try Program.run(["--format", format, "-o", file, cutReply])
    #expect(ran.code == 0)
    #expect(ran.out == "")
    #expect(ran.err == "")
    let written = try #require(Folder.text(file))
    // The moment of the run is the only thing that differs.
    func timeless(_ text: String) -> String { text.replacing(/"started":"[^"]*"|#(open|close)\t[^\n]*/, with: "") }
    #expect(timeless(written) == timeless(onOutput.out))
    #expect(!written.isEmpty)
    // A second run replaces it, however long it was.
    _ = folder.file("results", String(repeating: "x", count: 100_000))
    #expect(try Program.run(["--format", format, "-o", file, cutReply]).code == 0)
    #expect(timeless(try #require(Folder.text(file))) == timeless(written))
  }

  @Test func standardInputIsReadAsAFileIs() throws {
    let named = try Program.run(["--format", "csv", cutReply])
    #expect(try Program.run(["--format", "csv", "-"], input: .file(cutReply)).out == named.out)
    let bytes = try #require(Folder.bytes(cutReply))
    let pipe = try Pipe()
    // It fits into the pipe.
    #expect(write(pipe.writing, bytes, bytes.count) == bytes.count)
    close(pipe.writing)
    defer { close(pipe.reading) }
    #expect(try Program.run(["--format", "csv", "-"], input: .descriptor(pipe.reading)).out == named.out)
  }

  @Test func aDirectoryIsTheCommandsOwn() throws {
    let ran = try Program.run(["client.pcapng"], in: captures + "cut-reply")
    #expect(ran.code == 0)
    #expect(ran.lines.first?.hasPrefix("client.pcapng   \(try frames(in: cutReply).count) packets") == true)
  }

  /// Rotated files are one timeline: the connection that spans both is one.
  @Test func severalInputsAreOneTimeline() throws {
    let script = try PacketScript.parse(cutAndWhole)
    var (first, second) = (script, script)
    first.entries = Array(script.entries.prefix(10))
    second.entries = Array(script.entries.dropFirst(10))
    let paths = [folder.file("2.pcap", second.pcap()), folder.file("1.pcap", first.pcapng())]
    let ran = try Program.run(["--format", "json"] + paths)
    #expect(ran.code == 0)
    #expect(ran.err == "")
    #expect(ran.lines.filter { $0.hasPrefix(#"{"type":"connection""#) }.count == 2)
    #expect(ran.lines.filter { $0.contains(#""rule":"half-close-truncated""#) && $0.contains("finding") }.count == 1)
    // Standard input may be one of them.
    let mixed = try Program.run(["--format", "json", paths[0], "-"], input: .file(paths[1]))
    #expect(mixed.code == 0)
    #expect(mixed.lines.filter { $0.hasPrefix(#"{"type":"connection""#) }.count == 2)
    // Both ends of one conversation, in one run.
    let both = try Program.run([cutReply, captures + "cut-reply/server.pcapng"])
    #expect(both.code == 0)
    #expect(both.out.contains("capture-duplicated"))
  }

  @Test func showDrawsALadder() throws {
    let ran = try Program.run(["show", cutReply, "--connection", "1"])
    #expect(ran.code == 0)
    #expect(ran.err == "")
    #expect(ran.lines.first?.contains(/^connection 1   10\.1\.0\.2:[0-9]+ → 10\.2\.0\.2:2181   reset/) == true)
    #expect(ran.out.contains("half-close-truncated"))
    let all = try Program.run(["show", cutReply, "-c", "1", "--all"])
    // Each of its packets has a line, in order.
    let numbers = all.lines.filter { $0.contains("│") }.compactMap {
      $0.firstMatch(of: /^[ ▶]*#([0-9]+) +[+]/).flatMap { Int($0.1) }
    }
    #expect(numbers == Array(1...(try frames(in: cutReply).count)))
    let none = try Program.run(["show", folder.file("empty.pcap", try PacketScript.parse("0 tick").pcap()), "-c", "1"])
    #expect(none.code == 2)
    #expect(none.err.contains("no TCP connection"))
  }

  @Test func checkSaysWhatDiffers() throws {
    for scenario in ["cut-reply", "refused", "half-close"] {
      let folder = captures + scenario
      let ran = try Program.run(["check", folder + "/client.pcapng", "--expect", folder + "/expect"])
      #expect(ran.code == 0)
      #expect(ran.out.hasPrefix("as expected: 1 connection, "))
    }
    let wrong = try Program.run(["check", cutReply, "--expect", captures + "refused/expect"])
    #expect(wrong.code == 1)
    #expect(wrong.out.contains("syn-refused not found"))
    #expect(wrong.lines.last?.hasSuffix(" differences") == true)
    let mistyped = folder.file("expect", "connections 1\nconnection nonsense\n")
    let ran = try Program.run(["check", cutReply, "--expect", mistyped])
    #expect(ran.code == 2)
    #expect(ran.err.contains("expect:2: "))
    let missing = try Program.run(["check", "/nonexistent.pcap", "--expect", captures + "refused/expect"])
    #expect(missing.code == 3)
  }

  /// A draft is what the same audit finds.
  @Test(arguments: ["cut-reply", "refused", "half-close", "peer-vanished"]) func aDraftFits(scenario: String) throws {
    let capture = captures + scenario + "/client.pcapng"
    let draft = try Program.run(["check", capture, "--draft"])
    #expect(draft.code == 0)
    let ran = try Program.run(["check", capture, "--expect", folder.file("draft", draft.out)])
    #expect(ran.code == 0, "\(ran.out)\(ran.err)")
  }

  @Test func everyRuleIsListedAndExplained() throws {
    let rules = try Program.run(["rules"])
    #expect(rules.code == 0)
    let ids = rules.lines.compactMap {
      $0.firstMatch(of: /^  ([a-z]+(?:-[a-z]+)+) +(?:error|warning|note)/).map { String($0.1) }
    }
    #expect(ids.count > 20)
    for id in ids {
      let page = try Program.run(["explain", id])
      #expect(page.code == 0)
      #expect(page.lines.first == id)
    }
    let near = try Program.run(["explain", "half-close"])
    #expect(near.code == 2)
    #expect(near.err.contains("did you mean half-close-truncated"))
  }

  @Test func interfacesSaysWhetherYouMay() throws {
    let ran = try Program.run(["interfaces"])
    #expect(ran.code == 0, "\(ran.err)")
    #expect(ran.lines.contains { $0.hasPrefix("lo ") && $0.contains("127.0.0.1") })
    #expect(ran.lines.last?.hasPrefix("You may ") == true)
  }

  @Test func aFilterNarrowsWhatIsRead() throws {
    let capture = try folder.capture(cutAndWhole)
    let ran = try Program.run(["--format", "json", "--filter", "host 10.0.0.3", capture])
    #expect(ran.code == 0)
    #expect(ran.lines.filter { $0.hasPrefix(#"{"type":"connection""#) }.count == 1)
    #expect(ran.lines.filter { $0.hasPrefix(#"{"type":"finding""#) }.isEmpty)
  }

  /// Two networks, the same addresses and ports at the same time: only the tag tells them apart.
  @Test func tagsAreAPartOfAConnectionWhereAsked() throws {
    let lines = healthy.split(separator: "\n").map(String.init)
    let capture = try folder.capture(
      lines.flatMap { [$0 + " vlan 10", $0.replacing(" ", with: "9 ", maxReplacements: 1) + " vlan 20"] }
        .joined(separator: "\n"))
    func connections(_ options: [String]) throws -> Int {
      try Program.run(["--format", "json"] + options + [capture]).lines
        .filter { $0.hasPrefix(#"{"type":"connection""#) }.count
    }
    #expect(try connections(["--key-vlan"]) == 2)
    #expect(try connections([]) == 1)
    #expect(try connections(["--key-tunnel"]) == 1)
  }

  /// Without a command's name it is `read`, to the shell too.
  @Test(
    .enabled(if: Program.installed("bash") != nil, "bash is not installed"),
    arguments: [
      ("ex", "explain", true), ("--f", "--findings-only", true), ("--f", "--filter", true), ("a", "afile", true),
      ("--format ", "json", true), ("--format ", "explain", false), ("--rule half-o", "half-open", true),
      ("read --rule half-o", "half-open", true), ("explain half-o", "half-open", true), ("show a", "afile", true),
      ("--quiet a", "afile", true),
    ])
  func completesInBash(typed: String, word: String, isOffered: Bool) throws {
    let folder = Folder()
    _ = folder.file("afile", "")
    let words = typed.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "' '")
    let script = """
      eval "$('\(Program.path)' --generate-completion-script bash)"
      COMP_WORDS=(tcpaudit '\(words)'); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      COMP_LINE='tcpaudit \(typed)'; COMP_POINT=${#COMP_LINE}
      [[ "$(complete -p tcpaudit)" == *"-o default"*" -F _tcpaudit_or_read tcpaudit" ]] &&
        _tcpaudit_or_read tcpaudit "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\n' "${COMPREPLY[@]}"
      """
    let bash = try #require(Program.installed("bash"))
    let ran = try Program.run(["-c", script], of: bash, in: folder.path)
    #expect(ran.lines.contains(word) == isOffered, "\(ran.out)\(ran.err)")
  }
}
