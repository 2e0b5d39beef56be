internal import Wire

extension Parser {
  /// Numbers made absolute, defaults filled in, cut into segments, and put on the wire.
  mutating func send(_ line: SegmentLine, _ source: String, _ destination: String, _ words: Words) {
    guard let size = line.size, size < line.length else { return sendOne(line, source, destination, words) }
    var rest = line.length
    var piece = line
    piece.start = line.start ?? next(source, destination)
    while rest > 0 {
      piece.length = min(size, rest)
      rest -= piece.length
      piece.flags = line.flags
      if rest > 0 { piece.flags.subtract([.fin, .psh]) }
      sendOne(piece, source, destination, words)
      piece.start = piece.start.map { $0 &+ UInt32(piece.length) }
      if rest > 0 { now += 10_000 }
    }
  }

  private func next(_ source: String, _ destination: String) -> UInt32 {
    let relative = directions[source + ">" + destination]?.next ?? 0
    return (hosts[source]?.isn ?? 0) &+ UInt32(truncatingIfNeeded: relative)
  }

  private mutating func sendOne(_ line: SegmentLine, _ source: String, _ destination: String, _ words: Words) {
    guard var from = hosts[source], let to = hosts[destination] else { return }
    let key = source + ">" + destination
    let back = destination + ">" + source
    var direction = directions[key] ?? Direction()
    let isSYN = line.flags.contains(.syn)
    let isBareReset = line.flags.contains(.rst) && !line.flags.contains(.ack)
    let start = line.start ?? (isSYN ? from.isn : next(source, destination))
    var packet = TCPPacket(from: from.host, to: to.host, line.flags, sequence: start)
    packet.payloadLength = line.length
    if line.flags.contains(.ack) {
      packet.acknowledgment = line.acknowledgment ?? next(destination, source)
    } else {
      packet.acknowledgment = line.acknowledgment ?? 0
    }
    packet.window = line.window ?? (isBareReset ? 0 : isSYN ? 64_240 : from.window)
    packet.urgent = line.urgent
    packet.trafficClass = line.trafficClass
    packet.vlans = line.vlans
    packet.badChecksum = line.badChecksum
    packet.lengthZero = line.lengthZero
    packet.isAlert = line.isAlert
    if let ttl = line.ttl { packet.source.ttl = ttl }
    if let mac = line.mac { packet.source.mac = mac }

    // Linux: a SYN-ACK and a bare RST come from no socket with a counter.
    if let id = line.id {
      packet.ipID = id
    } else if !isBareReset && !(isSYN && line.flags.contains(.ack)) {
      from.ipID &+= 1
      packet.ipID = from.ipID
    }
    hosts[source]?.ipID = from.ipID

    packet.options = line.options
    let negotiated = direction.synHadTimestamps && directions[back]?.synHadTimestamps == true
    if !line.refusesTimestamps && (line.wantsTimestamps || (negotiated && !isSYN && !isBareReset)) {
      let value = from.clock &+ UInt32(truncatingIfNeeded: now / 1_000_000)
      packet.options.append(.timestamps(value: value, echo: directions[back]?.lastTimestamp ?? 0))
    }
    for case .timestamps(let value, _) in packet.options {
      direction.lastTimestamp = value
      if isSYN { direction.synHadTimestamps = true }
    }

    let length = line.length + (isSYN ? 1 : 0) + (line.flags.contains(.fin) ? 1 : 0)
    let end = Int64(Int32(bitPattern: start &+ UInt32(length) &- next(source, destination))) + direction.next
    if !line.flags.contains(.rst) { direction.next = max(direction.next, end) }
    direction.sent.append(script.entries.count)
    directions[key] = direction
    put(packet, line, words)
  }

  private mutating func put(_ packet: TCPPacket, _ line: SegmentLine, _ words: Words) {
    var entry = PacketScript.Entry(time: script.start.advanced(by: now), .tcp(packet))
    entry.line = words.line
    entry.interface = line.interface
    entry.snaplen = line.snaplen
    entry.lost = line.lost
    script.entries.append(entry)
    if line.duplicated {
      entry.time = entry.time.advanced(by: 2000)
      script.entries.append(entry)
    }
  }

  /// `KIND for A > B [last|first|nth N] [quote N]`.
  mutating func readICMP(_ words: inout Words, _ source: String, _ destination: String) throws(ScriptError) {
    guard let from = hosts[source]?.host, let to = hosts[destination]?.host else { return }
    let six = to.ipVersion == 6
    let kind = try words.next("what the error says")
    var type: UInt8 = six ? 1 : 3
    var code: UInt8 = 0
    var mtu: UInt32 = 0
    switch kind {
    case "unreachable":
      let word = try words.next("which code")
      let named: [String: (UInt8, UInt8)] = [
        "net": (0, 0), "host": (1, 3), "protocol": (2, 4), "port": (3, 4), "prohibited": (13, 1),
      ]
      if let named = named[word] {
        code = six ? named.1 : named.0
      } else {
        code = try words.number(in: word, "the code")
      }
    case "toobig":
      (type, code) = six ? (2, 0) : (3, 4)
      mtu = try words.number("the MTU")
    case "exceeded": type = six ? 3 : 11
    default:
      type = try words.number(in: kind, "the ICMP type")
      code = try words.number("the ICMP code")
    }
    try words.expect("for")
    let sender = try hostName(&words)
    try words.expect(">")
    let key = sender + ">" + (try hostName(&words))
    let sent = directions[key]?.sent ?? []
    var index = sent.count - 1
    if words.take("first") { index = 0 } else if words.take("nth") { index = try words.number("which packet") - 1 }
    _ = words.take("last")
    guard sent.indices.contains(index), case .tcp(let quoted) = script.entries[sent[index]].content else {
      throw words.fail("\(key) has sent no such packet")
    }
    var error = ICMPError(
      from: Host(from.address, port: 0, ipVersion: to.ipVersion, mac: from.mac, ttl: from.ttl), to: to, type: type,
      code: code, about: quoted)
    error.mtu = mtu
    if six { error.quotedBytes = 1192 }
    if words.take("quote") { error.quotedBytes = try words.number("how many bytes of TCP") }
    add(.icmp(error), at: now, words)
  }
}
