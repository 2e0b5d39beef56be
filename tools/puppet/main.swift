import Glibc

// A program on a socket that does what it is told, step by step, and says what it saw: the applications of tools/lab.
//
//   puppet connect|listen ADDRESS PORT [OPTION…] [STEP…]
//
// Options, before the first packet:
//   times:N          so many connections, each with all the steps (0: as many as come)
//   every:SECONDS    the next connection begins so much later
//   start:SECONDS    connect at that time (seconds since 1970)
//   bind:PORT        connect from that port
//   backlog:N  receive-buffer:N  send-buffer:N  segment:N (TCP_MAXSEG)
//   isn:N            the first sequence number
//   patience:SECONDS give up connect() then (SO_SNDTIMEO)
//   fast-open:N      listen: TCP Fast Open with so many pending; connect: the first N bytes go with the SYN
//   defer:SECONDS    listen: accept() so much later
// Steps:
//   write:N  write-once:N (non-blocking)  say:TEXT (\r and \n)  drip:SIZE,TIMES,SECONDS
//   read:N  read:all  read-some (one read())  sip:SIZE,TIMES,SECONDS
//   wait:SECONDS  at:SECONDS (since 1970)  stay (to the end)  mark:FILE  await:FILE  await-fin (the peer's has arrived)
//   shutdown  close  abort (SO_LINGER 0)
//   keepalive:IDLE,INTERVAL,COUNT  user-timeout:SECONDS  nodelay
//
// Each step is logged with its end and its result; PUPPET_LEDGER=FILE holds the exact counters of every socket at any time.

func say(_ text: String) {
  let line = text + "\n"
  _ = write(1, line, line.utf8.count)
}

func fail(_ what: String) -> Never {
  say("\(what): \(String(cString: strerror(errno)))")
  exit(1)
}

/// A mistake of the scenario, or something that it waits for in vain.
func refuse(_ what: String) -> Never {
  say(what)
  exit(2)
}

/// What was typed.
struct Orders: Sendable {
  private static let names: Set<String> = [
    "times", "every", "start", "bind", "backlog", "receive-buffer", "send-buffer", "segment", "isn", "fast-open",
    "defer", "patience",
  ]

  var options: [String: Double] = [:]
  var steps: ArraySlice<String> = []

  init(_ words: ArraySlice<String>) {
    for word in words {
      let parts = word.split(separator: ":", maxSplits: 1)
      if parts.count == 2, Self.names.contains(String(parts[0])) {
        options[String(parts[0])] = decimal(parts[1])
      } else {
        steps.append(word)
      }
    }
  }

  func number(_ option: String) -> Int32? { options[option].map { Int32($0) } }
}

/// A socket with its options set.
func open(_ orders: Orders, _ family: Int32) -> Int32 {
  let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
  set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
  if family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
  if let size = orders.number("receive-buffer") { set(descriptor, SOL_SOCKET, SO_RCVBUF, size) }
  if let size = orders.number("send-buffer") { set(descriptor, SOL_SOCKET, SO_SNDBUF, size) }
  if let size = orders.number("segment") { set(descriptor, tcp, TCP_MAXSEG, size) }
  if let patience = orders.options["patience"] {
    var time = timeval(tv_sec: 0, tv_usec: Int(patience * 1e6))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout.size(ofValue: time)))
  }
  if let isn = orders.options["isn"], !chooseSequence(descriptor, UInt32(isn)) { fail("isn") }
  return descriptor
}

/// Runs on a thread of its own.
func spawn(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let context = Unmanaged.passRetained(Box(body)).toOpaque()
  let result = pthread_create(
    &thread, nil,
    { context in
      Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
      return nil
    }, context)
  guard result == 0 else { fail("thread") }
  return thread
}

func connectAll(_ name: Name, _ orders: Orders, _ address: String) {
  let times = Int(orders.options["times"] ?? 1)
  let threads = (0..<times).map { turn in
    if turn > 0, let every = orders.options["every"] { pause(every) }
    return spawn { connectOnce(name, orders, turn, times, address) }
  }
  for thread in threads { pthread_join(thread, nil) }
}

func connectOnce(_ name: Name, _ orders: Orders, _ turn: Int, _ times: Int, _ address: String) {
  let descriptor = open(orders, name.family)
  let ledger = Ledger(row: turn)
  let prefix = times == 1 ? "" : "#\(turn + 1) "
  if let port = orders.number("bind"), let own = Name(name.family == AF_INET ? "0.0.0.0" : "::", UInt16(port)) {
    guard own.with({ bind(descriptor, $0, $1) }) == 0 else { fail("bind") }
  }
  if let start = orders.options["start"], start > now() { pause(start - now()) }
  let result: Int
  if let first = orders.number("fast-open") {
    let bytes = [UInt8](repeating: 0x2e, count: Int(first))
    result = name.with { sendto(descriptor, bytes, Int(first), Int32(MSG_FASTOPEN), $0, $1) }
    if result > 0 { ledger.wrote(result) }
  } else {
    result = name.with { Int(connect(descriptor, $0, $1)) }
  }
  guard result >= 0 else {
    let reason = String(cString: strerror(errno))
    ledger.failed(descriptor)
    ledger.name("\(endpoint(descriptor, peer: false)) \(address)")
    say("\(timeOfDay()) \(prefix)connect: \(reason)")
    close(descriptor)
    return
  }
  var actor = Actor(descriptor: descriptor, ledger: ledger, prefix: prefix)
  actor.play(orders.steps)
}

func listenAndAccept(_ name: Name, _ orders: Orders) {
  let descriptor = open(orders, name.family)
  if let pending = orders.number("fast-open") { set(descriptor, tcp, Option.fastOpen, pending) }
  guard name.with({ bind(descriptor, $0, $1) }) == 0 else { fail("bind") }
  guard listen(descriptor, orders.number("backlog") ?? 512) == 0 else { fail("listen") }
  say("listening")
  if let seconds = orders.options["defer"] { pause(seconds) }
  let times = Int(orders.options["times"] ?? 1)
  var threads: [pthread_t] = []
  while times == 0 || threads.count < times {
    let accepted = accept(descriptor, nil, nil)
    guard accepted >= 0 else { fail("accept") }
    if times != 0, threads.count == times - 1 { close(descriptor) }
    let turn = threads.count
    threads.append(
      spawn {
        var actor = Actor(descriptor: accepted, ledger: Ledger(row: turn), prefix: times == 1 ? "" : "#\(turn + 1) ")
        actor.play(orders.steps)
      })
  }
  for thread in threads { pthread_join(thread, nil) }
}

let arguments = CommandLine.arguments
guard arguments.count > 3, let port = UInt16(arguments[3]), let name = Name(arguments[2], port) else {
  say("usage: puppet connect|listen ADDRESS PORT [OPTION…] [STEP…]")
  exit(2)
}
signal(SIGPIPE, SIG_IGN)
let orders = Orders(arguments.dropFirst(4))
switch arguments[1] {
case "connect": connectAll(name, orders, "\(arguments[2]):\(port)")
case "listen": listenAndAccept(name, orders)
default: fail(arguments[1])
}
