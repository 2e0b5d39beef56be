import Glibc

// A program on a socket that does what it is told, step by step, and says what it saw: the applications of tools/record.
//
//   puppet connect|listen ADDRESS PORT STEP…
//     write:N  read:N  read:all  shutdown  close  abort (SO_LINGER 0)  wait:SECONDS  keepalive:IDLE,INTERVAL,COUNT

func say(_ text: String) {
  let line = text + "\n"
  _ = write(1, line, line.utf8.count)
}

func fail(_ what: String) -> Never {
  say("\(what): \(String(cString: strerror(errno)))")
  exit(1)
}

func number(_ text: Substring) -> Int { Int(text) ?? 0 }

/// A bound or connected IPv4 socket.
func open(_ role: String, _ address: String, _ port: UInt16) -> Int32 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var name = sockaddr_in()
  name.sin_family = sa_family_t(AF_INET)
  name.sin_port = port.bigEndian
  inet_pton(AF_INET, address, &name.sin_addr)
  let length = socklen_t(MemoryLayout<sockaddr_in>.size)
  var one: Int32 = 1
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
  let result = withUnsafePointer(to: &name) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      role == "listen" ? bind(descriptor, $0, length) : connect(descriptor, $0, length)
    }
  }
  guard result == 0 else { fail(role) }
  guard role == "listen" else { return descriptor }
  guard listen(descriptor, 8) == 0 else { fail("listen") }
  say("listening")
  let accepted = accept(descriptor, nil, nil)
  guard accepted >= 0 else { fail("accept") }
  close(descriptor)
  return accepted
}

/// Reads `most` bytes, or to the end of file where there is none so many.
func read(_ descriptor: Int32, _ most: Int) -> String {
  var buffer = [UInt8](repeating: 0, count: 4096)
  var total = 0
  while total < most {
    let count = Glibc.read(descriptor, &buffer, min(buffer.count, most - total))
    if count < 0 { return "\(total) bytes, then: \(String(cString: strerror(errno)))" }
    if count == 0 { return "\(total) bytes, then end of file" }
    total += count
  }
  return "\(total) bytes"
}

/// Writes all of it, as far as the kernel takes it.
func write(_ descriptor: Int32, count: Int) -> String {
  let bytes = [UInt8](repeating: 0x2e, count: count)
  var total = 0
  while total < count {
    let taken = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + total, count - total) }
    if taken < 0 { return "\(total) bytes, then: \(String(cString: strerror(errno)))" }
    total += taken
  }
  return "\(total) bytes taken by the kernel"
}

func perform(_ step: String, on descriptor: Int32) -> String {
  let parts = step.split(separator: ":", maxSplits: 1)
  let value = parts.count == 2 ? parts[1] : ""
  switch parts.first {
  case "write": return write(descriptor, count: number(value))
  case "read": return read(descriptor, value == "all" ? .max : number(value))
  case "wait":
    usleep(UInt32((Double(value) ?? 0) * 1_000_000))
    return "done"
  case "shutdown": return Glibc.shutdown(descriptor, Int32(SHUT_WR)) == 0 ? "done" : String(cString: strerror(errno))
  case "close": return close(descriptor) == 0 ? "done" : String(cString: strerror(errno))
  case "abort":
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    return close(descriptor) == 0 ? "done" : String(cString: strerror(errno))
  case "keepalive":
    var options = value.split(separator: ",").map { Int32(number($0)) }
    guard options.count == 3 else { return "takes three numbers" }
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &one, 4)
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, &options[0], 4)
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, &options[1], 4)
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, &options[2], 4)
    return "done"
  default: return "is no step"
  }
}

let arguments = CommandLine.arguments
guard arguments.count > 3, let port = UInt16(arguments[3]) else {
  say("usage: puppet connect|listen ADDRESS PORT STEP…")
  exit(2)
}
signal(SIGPIPE, SIG_IGN)
let descriptor = open(arguments[1], arguments[2], port)
for step in arguments.dropFirst(4) { say("\(step): \(perform(step, on: descriptor))") }
