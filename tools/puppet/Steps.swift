import Glibc

/// One connected socket and what it is told to do.
struct Actor {
  let descriptor: Int32
  let ledger: Ledger
  /// In front of every line of the log.
  let prefix: String
  private var isOpen = true

  init(descriptor: Int32, ledger: Ledger, prefix: String) {
    self.descriptor = descriptor
    self.ledger = ledger
    self.prefix = prefix
  }

  mutating func play(_ steps: ArraySlice<String>) {
    ledger.name("\(endpoint(descriptor, peer: false)) \(endpoint(descriptor, peer: true))")
    for step in steps {
      let result = perform(step)
      say("\(timeOfDay()) \(prefix)\(step): \(result)")
    }
    // Whatever is open still ends with the program.
    if isOpen { ledger.leaves(descriptor) }
  }

  private mutating func perform(_ step: String) -> String {
    let parts = step.split(separator: ":", maxSplits: 1)
    let value = parts.count == 2 ? parts[1] : ""
    func numbers() -> [Double] {
      let numbers = value.split(separator: ",").map(decimal)
      guard numbers.count == 3 else { refuse("\(step): three numbers are needed") }
      return numbers
    }
    func count() -> Int { Int(value) ?? { refuse("\(step): \(value) is no number") }() }
    switch parts.first {
    case "write": return write(count())
    case "write-once": return writeOnce(count())
    case "say": return write(literal(value))
    case "drip": return repeatedly(numbers()) { write($0) }
    case "read": return read(value == "all" ? .max : count())
    case "read-some": return read(1)
    case "sip": return repeatedly(numbers()) { read($0) }
    case "wait": return wait(decimal(value))
    case "stay": return stay()
    case "await-fin": return awaitFIN()
    case "at": return wait(decimal(value) - now())
    case "mark": return mark(value)
    case "await": return awaitMark(value)
    case "shutdown":
      return outcome(Glibc.shutdown(descriptor, Int32(SHUT_WR)) == 0) + ", \(queue(descriptor, .unread)) bytes unread"
    case "close": return end()
    case "abort":
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
      return end()
    case "keepalive":
      let numbers = numbers()
      set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
      set(descriptor, tcp, TCP_KEEPIDLE, Int32(numbers[0]))
      set(descriptor, tcp, TCP_KEEPINTVL, Int32(numbers[1]))
      return outcome(set(descriptor, tcp, TCP_KEEPCNT, Int32(numbers[2])))
    case "user-timeout": return outcome(set(descriptor, tcp, Option.userTimeout, Int32(decimal(value) * 1000)))
    case "nodelay": return outcome(set(descriptor, tcp, TCP_NODELAY, 1))
    default: refuse("\(step) is no step")
    }
  }

  private mutating func end() -> String {
    ledger.leaves(descriptor)
    isOpen = false
    return outcome(close(descriptor) == 0)
  }

  // MARK: Writing

  private func write(_ count: Int) -> String { write([UInt8](repeating: 0x2e, count: count)) }

  /// All of it, as far as the kernel takes it, in pieces: each is in the ledger before the next one.
  private func write(_ bytes: [UInt8]) -> String {
    var total = 0
    while total < bytes.count {
      let taken = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + total, min(8192, bytes.count - total))
      }
      if taken < 0 { return failure("\(total) bytes, then") }
      total += taken
      ledger.wrote(taken)
    }
    return "\(total) bytes taken by the kernel"
  }

  /// What the kernel takes without waiting: a server that does not look at what write() says.
  private func writeOnce(_ count: Int) -> String {
    let taken = [UInt8](repeating: 0x2e, count: count).withUnsafeBytes {
      send(descriptor, $0.baseAddress, count, Int32(MSG_DONTWAIT))
    }
    if taken < 0 { return failure("0 bytes, then") }
    ledger.wrote(taken)
    return "\(taken) of \(count) bytes taken by the kernel"
  }

  /// `\r` and `\n` are written so.
  private func literal(_ text: Substring) -> [UInt8] {
    var bytes: [UInt8] = []
    var isEscape = false
    for byte in text.utf8 {
      switch (isEscape, byte) {
      case (false, UInt8(ascii: "\\")):
        isEscape = true
        continue
      case (true, UInt8(ascii: "r")): bytes.append(13)
      case (true, UInt8(ascii: "n")): bytes.append(10)
      default: bytes.append(byte)
      }
      isEscape = false
    }
    return bytes
  }

  // MARK: Reading

  /// `most` bytes, or to the end of file where there are none so many; at least one read().
  private func read(_ most: Int) -> String {
    var buffer = [UInt8](repeating: 0, count: 16384)
    var total = 0
    while total < most {
      let count = Glibc.read(descriptor, &buffer, most == 1 ? buffer.count : min(buffer.count, most - total))
      if count < 0 { return failure("\(total) bytes, then") }
      if count == 0 { return "\(total) bytes, then end of file" }
      total += count
      ledger.read(count)
    }
    return "\(total) bytes"
  }

  // MARK: Time

  /// `SIZE,TIMES,SECONDS`.
  private func repeatedly(_ numbers: [Double], _ act: (Int) -> String) -> String {
    var last = ""
    for turn in 0..<Int(numbers[1]) {
      if turn > 0 { _ = wait(numbers[2]) }
      last = act(Int(numbers[0]))
    }
    return "\(Int(numbers[1])) times, the last: \(last)"
  }

  private func wait(_ seconds: Double) -> String {
    if seconds > 0 { pause(seconds) }
    return "done"
  }

  /// Longer than any scenario.
  private func stay() -> String { wait(600) }

  /// Until the kernel has the peer's FIN; nothing is read for that.
  private func awaitFIN() -> String {
    var polled = pollfd(fd: descriptor, events: Int16(bitPattern: 0x2000), revents: 0)  // POLLRDHUP
    guard poll(&polled, 1, 60_000) > 0 else { refuse("await-fin: never came") }
    return "done"
  }

  /// Other programs of the scenario wait for that file.
  private func mark(_ name: Substring) -> String {
    let file = open(String(name), O_CREAT | O_WRONLY, 0o644)
    guard file >= 0, close(file) == 0 else { fail("mark:\(name)") }
    return "done"
  }

  private func awaitMark(_ name: Substring) -> String {
    for _ in 0..<12_000 {
      if access(String(name), F_OK) == 0 { return "done" }
      pause(0.005)
    }
    refuse("await:\(name): never came")
  }

  private func outcome(_ isDone: Bool) -> String { isDone ? "done" : failure("") }

  private func failure(_ before: String) -> String {
    let reason = String(cString: strerror(errno))
    ledger.failed(descriptor)
    return (before.isEmpty ? "" : before + ": ") + reason
  }
}

func decimal(_ text: some StringProtocol) -> Double {
  guard let number = Double(String(text)) else { refuse("\(text) is no number") }
  return number
}

func pause(_ seconds: Double) {
  var time = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
  nanosleep(&time, nil)
}

/// Seconds since 1970.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// UTC, as captures are read: `04:37:09.939`.
func timeOfDay() -> String {
  let milliseconds = Int(now() * 1000) % 86_400_000
  func padded(_ number: Int, _ width: Int) -> String {
    String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
  }
  let seconds = milliseconds / 1000
  return "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    + ".\(padded(milliseconds % 1000, 3))"
}
