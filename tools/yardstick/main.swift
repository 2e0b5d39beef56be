import Glibc

// What a reader of captures is measured with.
//
//   yardstick empty CAPTURE    libpcap's loop over the file with a callback that does nothing; says how many packets
//   yardstick run COMMAND…     runs it, output thrown away; says its processor time (user + system, µs) and peak memory (KiB)

func complain(_ text: String) -> Never {
  _ = write(2, "yardstick: \(text)\n", text.utf8.count + 12)
  exit(1)
}

typealias Handler = @convention(c) (UnsafeMutablePointer<UInt8>?, UnsafeRawPointer?, UnsafePointer<UInt8>?) -> Void
typealias OpenOffline = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<CChar>) -> OpaquePointer?
typealias Dispatch = @convention(c) (OpaquePointer, Int32, Handler, UnsafeMutablePointer<UInt8>?) -> Int32

func function<Type>(_ name: String, in library: UnsafeMutableRawPointer, as type: Type.Type) -> Type {
  guard let symbol = dlsym(library, name) else { complain("libpcap has no \(name)") }
  return unsafeBitCast(symbol, to: type)
}

func emptyLoop(over path: String) {
  let names = ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"]
  guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW) }).first else { complain("no libpcap here") }
  let open = function("pcap_open_offline", in: library, as: OpenOffline.self)
  let dispatch = function("pcap_dispatch", in: library, as: Dispatch.self)
  var message = [CChar](repeating: 0, count: 256)
  guard let capture = open(path, &message) else { complain("\(path) can't be opened") }
  var packets = 0
  while true {
    let count = dispatch(capture, -1, { _, _, _ in }, nil)
    guard count > 0 else { break }
    packets += Int(count)
  }
  print(packets)
}

func measure(_ command: [String]) {
  var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
  var child: pid_t = 0
  guard posix_spawnp(&child, command[0], &actions, nil, &words, environ) == 0 else {
    complain("\(command[0]) can't be run")
  }
  var status: Int32 = 0
  var usage = rusage()
  while wait4(child, &status, 0, &usage) < 0 {
    guard errno == EINTR else { complain("wait4 failed") }
  }
  guard status & 0x7f == 0, (status >> 8) & 0xff == 0 else { complain("\(command.joined(separator: " ")) failed") }
  let time =
    (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000 + Int(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  print("\(time) \(usage.ru_maxrss)")
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "empty" where arguments.count == 3: emptyLoop(over: arguments[2])
case "run" where arguments.count > 2: measure(Array(arguments.dropFirst(2)))
default: complain("usage: yardstick empty CAPTURE | run COMMAND…")
}
