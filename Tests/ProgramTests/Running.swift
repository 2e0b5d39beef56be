import Capture
import Glibc
import PacketScript
import Testing
import Wire

/// What a run of the built program left behind.
struct Ran {
  /// Exit code; 128 and the signal's number where one ended it.
  var code: Int32
  var out: String
  var err: String

  var lines: [String] { out.split(whereSeparator: \.isNewline).map(String.init) }
}

/// Where the program's standard input comes from, or its standard output goes to.
enum Channel {
  case nothing
  case file(String)
  case descriptor(Int32)
}

/// The built program, as a process.
enum Program {
  /// Programs of this package lie beside the tests that are running.
  static let folder: String = {
    var bytes = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &bytes, bytes.count - 1)
    let tests = String(decoding: bytes.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return tests.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/"
  }()
  static let path = folder + "tcpaudit"

  /// Where a program of somebody else's is installed; nil where it is not.
  static func installed(_ name: String) -> String? {
    let places = getenv("PATH").map { String(cString: $0) } ?? ""
    return places.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// Runs it to its end.
  /// - Parameter out: where standard output goes; `nothing` collects it.
  static func run(
    _ arguments: [String], of program: String = path, input: Channel = .nothing, output: Channel = .nothing,
    in directory: String? = nil
  ) throws -> Ran {
    let folder = Folder()
    let files = (out: folder.path + "/out", err: folder.path + "/err")
    let child = try start(
      arguments, of: program, input: input,
      output: { if case .nothing = output { .file(files.out) } else { output } }(),
      error: .file(files.err), in: directory)
    let code = child.wait()
    return Ran(code: code, out: Folder.text(files.out) ?? "", err: Folder.text(files.err) ?? "")
  }

  static func start(
    _ arguments: [String], of program: String = path, input: Channel = .nothing, output: Channel, error: Channel,
    in directory: String? = nil
  ) throws -> Child {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let directory { try #require(Extensions.changeDirectory(&actions, directory) == 0) }
    for (number, channel) in [input, output, error].enumerated() {
      switch channel {
      case .nothing: posix_spawn_file_actions_addopen(&actions, Int32(number), "/dev/null", O_RDWR, 0)
      case .file(let path):
        let flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, Int32(number), path, flags, 0o644)
      case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
      }
    }
    // The threads that tests run on block signals, which a child would inherit.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var id: pid_t = 0
    let failure = posix_spawn(&id, program, &actions, &attributes, &words, environ)
    try #require(failure == 0, "\(program) can't be run: \(String(cString: strerror(failure)))")
    return Child(id: id)
  }
}

/// A process that runs.
struct Child {
  var id: pid_t

  /// Waits for its end, two minutes at most.
  func wait() -> Int32 {
    var status: Int32 = 0
    if !eventually(for: 120, { waitpid(id, &status, WNOHANG) == id }) {
      kill(id, SIGKILL)
      while waitpid(id, &status, 0) < 0, errno == EINTR {}
    }
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f
  }

  /// Whether it has taken over SIGINT: from then on an interruption is a request.
  var watchesInterruptions: Bool {
    let line = Folder.text("/proc/\(id)/status")?.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    guard let digits = line?.dropFirst(7).drop(while: { !$0.isHexDigit }) else { return false }
    return (UInt64(digits, radix: 16) ?? 0) & 1 << UInt64(SIGINT - 1) != 0
  }
}

/// A pipe that no other child inherits.
struct Pipe {
  var reading: Int32
  var writing: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    try #require(Extensions.pipe(&ends, O_CLOEXEC) == 0)
    (reading, writing) = (ends[0], ends[1])
  }

  /// Until there is no room: who writes to it waits for a reader.
  func fill() {
    _ = fcntl(writing, F_SETFL, O_NONBLOCK)
    let filling = [UInt8](repeating: 0x2e, count: 4096)
    while write(writing, filling, filling.count) > 0 {}
    _ = fcntl(writing, F_SETFL, 0)
  }

  /// Bytes that wait in it.
  var waiting: Int32 {
    var count: Int32 = 0
    return ioctl(reading, UInt(FIONREAD), &count) == 0 ? count : -1
  }
}

/// GNU functions that Swift's view of the C library has not.
private enum Extensions {
  typealias MakePipe = @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
  typealias ChangeDirectory =
    @convention(c) (
      UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>
    ) -> Int32

  static func pipe(_ ends: UnsafeMutablePointer<Int32>, _ flags: Int32) -> Int32 {
    dlsym(nil, "pipe2").map { unsafeBitCast($0, to: MakePipe.self)(ends, flags) } ?? -1
  }

  static func changeDirectory(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ path: String) -> Int32 {
    dlsym(nil, "posix_spawn_file_actions_addchdir_np").map {
      unsafeBitCast($0, to: ChangeDirectory.self)(actions, path)
    } ?? -1
  }
}

/// A terminal that nobody looks at: what is written to `end` can be read from `master`.
struct Terminal {
  let master: Int32
  let end: Int32

  init() throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN: unlock it, and ask for its number.
    var (locked, number): (Int32, Int32) = (0, 0)
    try #require(master >= 0 && ioctl(master, 0x4004_5431, &locked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
    end = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(end >= 0)
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  /// What was written so far.
  var shown: String {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(master, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  func hangUp() {
    close(end)
    close(master)
  }
}

/// Waits until something holds; false where it does not come about.
func eventually(for seconds: Int = 30, _ holds: () -> Bool) -> Bool {
  for _ in 0..<(seconds * 200) {
    if holds() { return true }
    usleep(5000)
  }
  return holds()
}

/// The recordings under captures/.
let captures = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/captures/"

/// The frames of a capture, as the reader finds them: their lengths on the wire.
func frames(in path: String) throws -> [Int] {
  var timeline = try Timeline(paths: [path])
  var lengths: [Int] = []
  while let frame = timeline.next() { lengths.append(frame.originalLength) }
  return lengths
}
