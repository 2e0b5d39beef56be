import Glibc

// Sends whole TCP conversations out of an interface, both directions of them, at a steady rate: what `tcpaudit live` at the other end of a
// veth pair is measured with (docs/performance.md).
//
//   volley INTERFACE PACKETS-A-SECOND SECONDS
//
// A conversation has 14 packets of 58 bytes or less; each takes an address and a port that none before it had, and all are in order. Needs
// CAP_NET_RAW. Says at the end how many were sent.

func complain(_ text: String) -> Never {
  let line = "volley: \(text)\n"
  _ = write(2, line, line.utf8.count)
  exit(2)
}

func fail(_ what: String) -> Never { complain("\(what): \(String(cString: strerror(errno)))") }

guard CommandLine.arguments.count == 4, let rate = Double(CommandLine.arguments[2]), rate > 0,
  let seconds = Double(CommandLine.arguments[3])
else { complain("INTERFACE PACKETS-A-SECOND SECONDS are needed") }

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// One packet of a conversation: who sends it, its flags, where it stands, and how much it carries.
struct Step {
  var fromClient: Bool
  var flags: UInt8
  var sequence: UInt32
  var acknowledgment: UInt32
  var payload: Int
}

let syn: UInt8 = 2
let ack: UInt8 = 16
let push: UInt8 = 24
let fin: UInt8 = 17

/// Opened, three questions of 4 bytes and their answers, closed by the client. Counted from both ISNs.
let conversation: [Step] =
  [
    Step(fromClient: true, flags: syn, sequence: 0, acknowledgment: 0, payload: 0),
    Step(fromClient: false, flags: syn | ack, sequence: 0, acknowledgment: 1, payload: 0),
    Step(fromClient: true, flags: ack, sequence: 1, acknowledgment: 1, payload: 0),
  ]
  + (0..<3).flatMap { turn -> [Step] in
    let place = UInt32(1 + 4 * turn)
    return [
      Step(fromClient: true, flags: push, sequence: place, acknowledgment: place, payload: 4),
      Step(fromClient: false, flags: push, sequence: place, acknowledgment: place + 4, payload: 4),
    ]
  } + [
    Step(fromClient: true, flags: ack, sequence: 13, acknowledgment: 13, payload: 0),
    Step(fromClient: true, flags: fin, sequence: 13, acknowledgment: 13, payload: 0),
    Step(fromClient: false, flags: ack, sequence: 13, acknowledgment: 14, payload: 0),
    Step(fromClient: false, flags: fin, sequence: 13, acknowledgment: 14, payload: 0),
    Step(fromClient: true, flags: ack, sequence: 14, acknowledgment: 14, payload: 0),
  ]

/// Ethernet, IPv4 and TCP around a step; checksums are left out, as offload leaves them.
func frame(_ step: Step) -> [UInt8] {
  var bytes: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]
  let length = UInt8(40 + step.payload)
  bytes += [0x45, 0, 0, length, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 0, 10, 200, 0, 1]
  bytes += [UInt8](repeating: 0, count: 12) + [0x50, step.flags, 0xff, 0xff, 0, 0, 0, 0]
  return bytes + [UInt8](repeating: 0x2e, count: step.payload)
}

func put(_ value: UInt32, _ width: Int, at offset: Int, in bytes: inout [UInt8]) {
  for index in 0..<width { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * (width - 1 - index))) }
}

/// Makes a frame part of the conversation of that number.
func address(_ bytes: inout [UInt8], _ step: Step, _ number: UInt32) {
  let client = 0x0a00_0000 | (number >> 15) & 0xffff
  let server: UInt32 = 0x0ac8_0001
  let port = 1024 + number & 0x7fff
  put(step.fromClient ? client : server, 4, at: 26, in: &bytes)
  put(step.fromClient ? server : client, 4, at: 30, in: &bytes)
  put(step.fromClient ? port : 443, 2, at: 34, in: &bytes)
  put(step.fromClient ? 443 : port, 2, at: 36, in: &bytes)
  let (own, peer) = step.fromClient ? (number &* 7919, number &* 104_729) : (number &* 104_729, number &* 7919)
  put(own &+ step.sequence, 4, at: 38, in: &bytes)
  put(step.flags == syn ? 0 : peer &+ step.acknowledgment, 4, at: 42, in: &bytes)
}

let index = if_nametoindex(CommandLine.arguments[1])
guard index != 0 else { fail(CommandLine.arguments[1]) }
// AF_PACKET, SOCK_RAW; protocol 0: nothing is received.
let descriptor = socket(17, 3, 0)
guard descriptor >= 0 else { fail("a packet socket") }
// struct sockaddr_ll: family, protocol, interface, …
var name = [UInt8](repeating: 0, count: 20)
name.withUnsafeMutableBytes {
  $0.storeBytes(of: 17, toByteOffset: 0, as: UInt16.self)
  $0.storeBytes(of: UInt32(index), toByteOffset: 4, as: UInt32.self)
}
let bound = name.withUnsafeBytes {
  bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
}
guard bound == 0 else { fail(CommandLine.arguments[1]) }

var frames = conversation.map(frame)
let began = now()
var sent: UInt64 = 0
var refused: UInt64 = 0
var number: UInt32 = 0
while true {
  let passed = now() - began
  if passed >= seconds { break }
  // As many as are due, a conversation at a time.
  while Double(sent) < rate * passed {
    for place in frames.indices {
      address(&frames[place], conversation[place], number)
      if send(descriptor, frames[place], frames[place].count, 0) > 0 { sent += 1 } else { refused += 1 }
    }
    number &+= 1
  }
  usleep(500)
}
print("\(sent) packets in \(Int(seconds)) s, \(refused) refused, \(number) conversations")
