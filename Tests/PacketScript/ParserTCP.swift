internal import Wire

/// What the words of one TCP line say, before numbers are made absolute.
struct SegmentLine {
  var flags = TCPFlags()
  var start: UInt32?
  var length = 0
  /// Cut into segments of this size.
  var size: Int?
  var acknowledgment: UInt32?
  var window: UInt16?
  var options: [TCPOption] = []
  var wantsTimestamps = false
  var refusesTimestamps = false
  var ttl: UInt8?
  var id: UInt16?
  var mac: UInt64?
  var vlans: [UInt16] = []
  var interface: UInt16 = 0
  var snaplen: Int?
  var urgent: UInt16 = 0
  var trafficClass: UInt8 = 0
  var badChecksum = false
  var isAlert = false
  var lengthZero = false
  var lost = false
  var duplicated = false
}

extension Parser {
  mutating func readTCP(_ words: inout Words, _ source: String, _ destination: String) throws(ScriptError) {
    guard let from = hosts[source], let to = hosts[destination] else { return }
    var line = SegmentLine()
    line.flags = try flags(try words.next("the flags"), words)
    if let word = words.peek, let first = word.first, first.isNumber || first == "=" || first == "-" {
      try sequence(try words.next("the sequence"), &line, from.isn, words)
    }
    while let word = words.peek {
      _ = try words.next(word)
      if word.hasPrefix("<") {
        try options(word, &line, peerISN: to.isn, words)
      } else if word == "ack" {
        line.acknowledgment = try position(try words.next("the ACK number"), to.isn, words)
      } else {
        try modifier(word, &line, &words)
      }
    }
    send(line, source, destination, words)
  }

  private func flags(_ word: String, _ words: Words) throws(ScriptError) -> TCPFlags {
    var result = TCPFlags()
    for letter in word {
      switch letter {
      case "S": result.insert(.syn)
      case "F": result.insert(.fin)
      case "R": result.insert(.rst)
      case "P": result.insert(.psh)
      case ".": result.insert(.ack)
      case "U": result.insert(.urg)
      case "E": result.insert(.ece)
      case "W": result.insert(.cwr)
      case "A": result.insert(.ae)
      case "-": break
      default: throw words.fail("'\(letter)' in '\(word)' is no flag; there are S F R P . U E W A")
      }
    }
    return result
  }

  /// `N` after the ISN, or `=N`.
  private func position(_ text: String, _ isn: UInt32, _ words: Words) throws(ScriptError) -> UInt32 {
    if text.hasPrefix("=") { return try words.number(in: String(text.dropFirst()), "the number") }
    let relative: Int64 = try words.number(in: text, "the number")
    return isn &+ UInt32(truncatingIfNeeded: relative)
  }

  private func sequence(_ word: String, _ line: inout SegmentLine, _ isn: UInt32, _ words: Words) throws(ScriptError) {
    var text = Substring(word)
    if let paren = text.firstIndex(of: "(") { text = text[..<paren] }
    let cut = text.split(separator: "/", maxSplits: 1)
    if cut.count == 2 { line.size = try words.number(in: String(cut[1]), "the segment size") }
    if line.size == 0 { throw words.fail("segments of 0 bytes have no end") }
    let ends = cut[0].split(separator: ":", maxSplits: 1)
    let start = try position(String(ends[0]), isn, words)
    line.start = start
    guard ends.count == 2 else { return }
    let end = try position(String(ends[1]), isn, words)
    let length = Int32(bitPattern: end &- start)
    guard length >= 0 else { throw words.fail("'\(word)' ends before it begins") }
    line.length = Int(length)
  }

  private func modifier(_ word: String, _ line: inout SegmentLine, _ words: inout Words) throws(ScriptError) {
    switch word {
    case "win": line.window = try words.number("the window")
    case "ttl": line.ttl = try words.number("the TTL")
    case "id": line.id = try words.number("the IP ID")
    case "mac": line.mac = try mac(try words.next("the MAC"), words)
    case "vlan":
      for part in try words.next("the VLANs").split(separator: ",") {
        line.vlans.append(try words.number(in: String(part), "a VLAN"))
      }
    case "iface": line.interface = try words.number("the interface")
    case "snap": line.snaplen = try words.number("the captured length")
    case "urg": line.urgent = try words.number("the urgent pointer")
    case "tos": line.trafficClass = try words.number("the TOS")
    case "badsum": line.badChecksum = true
    case "alert": line.isAlert = true
    case "len0": line.lengthZero = true
    case "lost": line.lost = true
    case "dup": line.duplicated = true
    default: throw words.fail("'\(word)' is not understood here")
    }
  }

  private func options(_ word: String, _ line: inout SegmentLine, peerISN: UInt32, _ words: Words) throws(ScriptError) {
    for part in word.dropFirst().dropLast().split(separator: ",") {
      var option = Words(part, line: words.line)
      guard let name = option.peek else { continue }
      _ = try option.next(name)
      switch name {
      case "mss": line.options.append(.mss(try option.number("the MSS")))
      case "wscale": line.options.append(.windowScale(try option.number("the window scale")))
      case "sackOK": line.options.append(.sackPermitted)
      case "sack":
        var ranges: [SequenceRange] = []
        while let range = option.peek {
          _ = try option.next(range)
          let ends = range.split(separator: "-")
          guard ends.count == 2 else { throw words.fail("a SACK block is A-B, not '\(range)'") }
          let start = try position(String(ends[0]), peerISN, words)
          ranges.append(SequenceRange(start, try position(String(ends[1]), peerISN, words)))
        }
        line.options.append(.sack(ranges))
      case "TS":
        guard option.take("val") else {
          line.wantsTimestamps = true
          continue
        }
        let value: UInt32 = try option.number("TSval")
        try option.expect("ecr")
        line.options.append(.timestamps(value: value, echo: try option.number("TSecr")))
        line.refusesTimestamps = true
      case "noTS": line.refusesTimestamps = true
      case "FO": line.options.append(.fastOpen(cookie: try hexadecimal(&option)))
      case "mptcp": line.options.append(.mptcp(bytes: try hexadecimal(&option)))
      case "md5": line.options.append(.md5)
      case "nop": line.options.append(.nop)
      case "malformed": line.options.append(.malformed)
      default: throw words.fail("no option is named '\(name)'")
      }
      if let rest = option.peek { throw words.fail("'\(rest)' after option \(name) is not understood") }
    }
  }

  private func hexadecimal(_ words: inout Words) throws(ScriptError) -> [UInt8] {
    guard let digits = words.peek else { return [] }
    _ = try words.next(digits)
    var bytes: [UInt8] = []
    var rest = Substring(digits)
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16), rest.count > 1 else {
        throw words.fail("'\(digits)' is not hexadecimal bytes")
      }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}
