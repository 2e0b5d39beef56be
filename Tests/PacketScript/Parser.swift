internal import Wire

extension PacketScript {
  /// Reads a script. One packet a line:
  ///
  ///     TIME  FROM > TO  FLAGS [START:END | START] [ack N] [win N] [<OPTIONS>] [WORD…]
  ///
  /// - TIME: seconds after the script's time 0 (`0.081`; `350s`, `5m`, `2h`, `10ms`), or `+…` after the line before; several
  ///   with commas between repeat the packet: `1.0,1.2,1.6,2.4`.
  /// - FROM, TO: `C` (10.0.0.1:40000), `S` (10.0.0.2:2181), or whatever `host NAME = ADDRESS:PORT` has named.
  /// - FLAGS: `S F R P U E W A` and `.` for ACK; `-` for none.
  /// - Numbers are relative to the ISN (a SYN has 0, the first byte 1); `=N` is absolute. START defaults to SND.NXT, `ack` to
  ///   all that the other side has sent. `START:END/SIZE` cuts data into segments of SIZE, 10 µs apart.
  /// - OPTIONS: `mss N, wscale N, sackOK, sack A-B C-D, TS, TS val N ecr N, FO, FO HEX, mptcp HEX, md5, nop, malformed, noTS`.
  ///   Where both SYNs had timestamps, every later packet but a bare RST has them without being told.
  /// - WORDs: `ttl N`, `id N`, `mac aa:bb:cc:dd:ee:ff`, `vlan N,N`, `iface N`, `snap N`, `urg N`, `tos N`, `badsum`, `len0`, `alert`,
  ///   `lost` (on the wire, not in the capture), `dup` (twice in the capture, 2 µs apart).
  ///
  /// Other lines: `host N = A:P [isn N] [ttl N] [mac M] [win N] [id N]`; `isn NAME N` (a new incarnation begins); `start SECONDS`;
  /// `end TIME`; `TIME tick` (a datagram of somebody else); `TIME FROM > TO icmp KIND for A > B [last|first|nth N]` where KIND is
  /// `unreachable net|host|protocol|port|prohibited|CODE`, `toobig MTU`, `exceeded`, or `TYPE CODE`. `#` begins a comment.
  public static func parse(_ text: String, client: String? = nil, server: String? = nil) throws(ScriptError)
    -> PacketScript
  {
    var parser = Parser()
    if let client { try parser.declare("C", client, line: 0) }
    if let server { try parser.declare("S", server, line: 0) }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      try parser.read(Words(line, line: index + 1))
    }
    return parser.script
  }
}

/// What a host sends next; relative numbers unless said.
struct Direction {
  var next: Int64 = 0
  var synHadTimestamps = false
  var lastTimestamp: UInt32 = 0
  /// Index in `script.entries` of all its packets.
  var sent: [Int] = []
}

struct NamedHost {
  var host: Host
  var isn: UInt32
  var window: UInt16 = 502
  var ipID: UInt16
  var clock: UInt32
}

struct Parser {
  var script = PacketScript()
  var hosts: [String: NamedHost] = [:]
  var directions: [String: Direction] = [:]
  var now: Int64 = 0

  init() {
    hosts["C"] = NamedHost(
      host: Host(IPAddress(v4: 0x0a00_0001), port: 40000, mac: 0x0200_0000_0001), isn: 1000, ipID: 0x1000,
      clock: 100_000)
    hosts["S"] = NamedHost(
      host: Host(IPAddress(v4: 0x0a00_0002), port: 2181, mac: 0x0200_0000_0002), isn: 5_000_000, ipID: 0x8000,
      clock: 7_000_000)
    hosts["R"] = NamedHost(
      host: Host(IPAddress(v4: 0x0a00_00fe), port: 0, mac: 0x0200_0000_00fe), isn: 0, ipID: 0x4000, clock: 0)
  }

  mutating func declare(_ name: String, _ text: String, line: Int) throws(ScriptError) {
    guard var host = AddressText.host(text) else {
      throw ScriptError(line: line, message: "'\(text)' is no address with port")
    }
    let number = UInt32(truncatingIfNeeded: hosts.count)
    let old = hosts[name]
    host.mac = old?.host.mac ?? 0x0200_0000_0000 + UInt64(number) + 16
    hosts[name] = NamedHost(
      host: host, isn: old?.isn ?? 10_000_000 * number, ipID: old?.ipID ?? UInt16(truncatingIfNeeded: number * 0x777),
      clock: old?.clock ?? 1_000_000 * number)
  }

  mutating func read(_ words: Words) throws(ScriptError) {
    var words = words
    guard let first = words.peek else { return }
    switch first {
    case "host": try readHost(&words)
    case "isn":
      _ = try words.next("isn")
      let name = try hostName(&words)
      hosts[name]?.isn = try words.number("the ISN")
      for key in directions.keys where key.hasPrefix(name + ">") || key.hasSuffix(">" + name) { directions[key] = nil }
    case "start":
      _ = try words.next("start")
      script.start = Timestamp(seconds: try words.number("the time, in whole seconds since 1970"))
    case "end":
      _ = try words.next("end")
      script.recordingEnd = script.start.advanced(by: try time(try words.next("the time"), words))
    default: try readPacket(&words)
    }
    if let rest = words.peek { throw words.fail("'\(rest)' is not understood here") }
  }

  private mutating func readHost(_ words: inout Words) throws(ScriptError) {
    _ = try words.next("host")
    let name = try words.next("a name")
    try words.expect("=")
    try declare(name, try words.next("an address"), line: words.line)
    while let word = words.peek {
      _ = try words.next(word)
      switch word {
      case "isn": hosts[name]?.isn = try words.number("the ISN")
      case "ttl": hosts[name]?.host.ttl = try words.number("the TTL")
      case "mac":
        let address = try mac(try words.next("the MAC"), words)
        hosts[name]?.host.mac = address
      case "win": hosts[name]?.window = try words.number("the window")
      case "id": hosts[name]?.ipID = try words.number("the IP ID")
      default: throw words.fail("a host has no '\(word)'")
      }
    }
  }

  func hostName(_ words: inout Words) throws(ScriptError) -> String {
    let name = try words.next("a host")
    guard hosts[name] != nil else { throw words.fail("no host is named '\(name)'") }
    return name
  }

  /// Nanoseconds after time 0.
  func time(_ word: String, _ words: Words) throws(ScriptError) -> Int64 {
    word.hasPrefix("+")
      ? now + (try words.duration(in: String(word.dropFirst()), "the time")) : try words.duration(in: word, "the time")
  }

  func mac(_ text: String, _ words: Words) throws(ScriptError) -> UInt64 {
    var result: UInt64 = 0
    let parts = text.split(separator: ":")
    for part in parts {
      guard let byte = UInt8(part, radix: 16) else { throw words.fail("'\(text)' is no MAC address") }
      result = result << 8 | UInt64(byte)
    }
    guard parts.count == 6 else { throw words.fail("'\(text)' is no MAC address") }
    return result
  }

  private mutating func readPacket(_ words: inout Words) throws(ScriptError) {
    let first = try words.next("a time")
    let rest = words
    for word in first.split(separator: ",") {
      now = try time(String(word), words)
      words = rest
      if words.take("tick") {
        add(.tick, at: now, words)
        continue
      }
      let source = try hostName(&words)
      try words.expect(">")
      let destination = try hostName(&words)
      guard source != destination else { throw words.fail("\(source) can't send to itself") }
      if words.take("icmp") {
        try readICMP(&words, source, destination)
      } else {
        try readTCP(&words, source, destination)
      }
    }
  }

  mutating func add(_ content: PacketScript.Content, at time: Int64, _ words: Words) {
    var entry = PacketScript.Entry(time: script.start.advanced(by: time), content)
    entry.line = words.line
    script.entries.append(entry)
  }
}
