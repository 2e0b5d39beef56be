import Glibc

// A bad network between two interfaces, in user space: the lab needs nothing of the kernel but packet sockets.
//
//   forwarder CLIENT-INTERFACE SERVER-INTERFACE [SEED]
//
// Standard input, at any time, a line each, answered by "obeyed":  up|down|both KEY=VALUE…      (up: from the client to the server)
//   delay=50ms jitter=5ms loss=2% duplicate=1% reorder=5% hold=10ms rate=2mbit queue=64000 mtu=1400 black=on|off
//   drop=KIND[,N] drop=nothing      KIND: syn synack fin rst data ack tcp
//   forge=KIND,client|server|both,TTL,OFFSET[,ack]      a RST when the next packet of that kind passes
//   tell      how many packets met what, a line for each direction, then one for each order that none has met, then "obeyed"
// It ends with its input.

func fail(_ what: String) -> Never {
  let line = "forwarder: \(what): \(String(cString: strerror(errno)))\n"
  _ = write(2, line, line.utf8.count)
  exit(1)
}

func say(_ text: String) {
  let line = text + "\n"
  _ = write(1, line, line.utf8.count)
}

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

struct Forwarder {
  let client: Port
  let server: Port
  var up: Direction
  var down: Direction
  var random: Random
  var buffer = [UInt8](repeating: 0, count: 65_700)
  /// What was ordered so far, and is to be met by a packet.
  private var orders: [(whom: Substring, what: String)] = []

  init(_ client: Port, _ server: Port, seed: UInt64) {
    self.client = client
    self.server = server
    up = Direction(from: client, to: server, end: .server)
    down = Direction(from: server, to: client, end: .client)
    random = Random(state: seed)
  }

  mutating func obey(_ line: Substring) {
    let words = line.split(separator: " ")
    if line == "tell" { tell() }
    for word in words.dropFirst() {
      let isKnown =
        switch words[0] {
        case "up": up.settings.apply(word)
        case "down": down.settings.apply(word)
        case "both": up.settings.apply(word) && down.settings.apply(word)
        default: false
        }
      if !isKnown { fail("\(line)") }
      orders.append((words[0], String(word)))
    }
    say("obeyed")
  }

  private func tell() {
    say("up: \(up.tally.text)")
    say("down: \(down.tally.text)")
    for order in orders {
      let directions = order.whom == "both" ? [up, down] : [order.whom == "up" ? up : down]
      if directions.allSatisfy({ $0.tally.hasMissed(order.what, $0.settings) }) {
        say("unmet: \(order.whom) \(order.what)")
      }
    }
  }

  /// Until standard input ends.
  mutating func run() {
    var polled = [0, client.descriptor, server.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while true {
      let due = [up.nextDue, down.nextDue].compactMap { $0 }.min()
      // poll() counts in milliseconds: a packet is up to one late.
      poll(&polled, 3, due.map { Int32(min(1000, max(0, ($0 - now()) * 1000)).rounded(.up)) } ?? -1)
      if polled[0].revents != 0, !readOrders() { return }
      let time = now()
      up.deliver(time)
      down.deliver(time)
      up.receive(&buffer, time, &random)
      down.receive(&buffer, time, &random)
    }
  }

  private mutating func readOrders() -> Bool {
    let count = read(0, &buffer, 4096)
    guard count > 0 else { return false }
    for line in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n") { obey(line) }
    return true
  }
}

let arguments = CommandLine.arguments
guard arguments.count > 2 else { fail("usage: forwarder CLIENT-INTERFACE SERVER-INTERFACE [SEED]") }
var forwarder = Forwarder(
  Port(arguments[1]), Port(arguments[2]), seed: arguments.count > 3 ? UInt64(arguments[3]) ?? 1 : 1)
forwarder.run()
