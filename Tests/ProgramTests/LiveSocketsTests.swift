import Capture
import Glibc
import PacketScript
import Testing

@Suite("The built program, live beside this host's sockets", .serialized) struct LiveSocketsTests {
  private static let mayCapture = CaptureDevice.mayCapture && (try? LiveCapture(["lo"], LiveOptions(), now: 0)) != nil
  private static let isRoot = mayCapture && geteuid() == 0
  private static let why: Comment = "left out: it takes libpcap, and root or CAP_NET_RAW, to capture on lo"
  private static let whyRoot: Comment = "left out: it takes root"

  private let folder = Folder()

  private func said(_ name: String = "out") -> String { Folder.text(folder.path + "/" + name) ?? "" }

  private func start(_ arguments: [String]) throws -> Child {
    let child = try Program.start(
      ["live", "lo"] + arguments, output: .file(folder.path + "/out"), error: .file(folder.path + "/err"))
    #expect(eventually { child.watchesInterruptions })
    return child
  }

  /// Once the table was read while the connection stood, whoever held it is known after its end too.
  @Test(.enabled(if: mayCapture, why)) func aFindingNamesProcessAndDescriptor() throws {
    let child = try start(["--sockets", "--format", "json"])
    var isNamed = false
    for _ in 0..<5 where !isNamed {
      let conversation = try #require(Loopback.Conversation())
      usleep(2_500_000)
      conversation.abort()
      let holder = #"{"side":"client","state":"ESTAB","pid":\#(getpid()),"process":""#
      let descriptor = #","descriptor":\#(conversation.client),"#
      isNamed = eventually(for: 5) {
        said().split(separator: "\n").contains { $0.contains(holder) && $0.contains(descriptor) }
      }
    }
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
    #expect(isNamed, "\(said())\(said("err"))")
  }

  /// The thread that meets packets may capture, the one that reads the table may look into processes, and neither anything else.
  @Test(
    .enabled(if: isRoot, whyRoot),
    arguments: [(["--sockets"], "0000000000080004"), (["--sockets", "--all-namespaces"], "0000000000280004")])
  func eachThreadKeepsWhatItNeeds(arguments: [String], kept: String) throws {
    let child = try start(arguments + ["--duration", "60s"])
    let rights = {
      Set(
        Folder.names("/proc/\(child.id)/task").compactMap { task in
          Folder.text("/proc/\(child.id)/task/\(task)/status")?.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
            .map { String($0.suffix(16)) }
        })
    }
    #expect(eventually { rights() == ["0000000000002000", kept] }, "\(rights())")
    #expect(Folder.text("/proc/\(child.id)/status")?.contains("Uid:\t0\t") == false)
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
  }

  /// Nobody, as root becomes, makes no file in root's folder: it says so, and what helps.
  @Test(.enabled(if: isRoot, whyRoot)) func aFileThatCannotBeOpenedAgain() throws {
    let results = folder.path + "/results"
    let child = try start(["-f", "port 9", "--format", "json", "-o", results])
    #expect(rename(results, results + ".1") == 0)
    kill(child.id, SIGHUP)
    #expect(eventually { said("err").contains("give the directory to that user") }, "\(said("err"))")
    kill(child.id, SIGTERM)
    #expect(child.wait() == 0)
    #expect(Folder.text(results + ".1")?.contains(#"{"type":"summary""#) == true)
  }

  /// A service that is started anew goes on behind what it has written.
  @Test(.enabled(if: mayCapture, why), arguments: [("json", #"{"type":"run""#, 2), ("csv", "id,", 1)])
  func anEarlierRunStays(format: String, beginning: String, count: Int) throws {
    let results = folder.file("results", "")
    for _ in 0..<2 {
      let ran = try Program.run(
        ["live", "lo", "-f", "port 9", "--duration", "100ms", "--format", format, "-o", results, "--user", "root"])
      #expect(ran.code == 0, "\(ran.err)")
    }
    let beginnings = (Folder.text(results) ?? "").split(separator: "\n").filter { $0.hasPrefix(beginning) }
    #expect(beginnings.count == count)
  }
}
