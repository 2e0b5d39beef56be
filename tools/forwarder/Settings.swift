/// What one direction does to packets.
struct Settings {
  /// Seconds.
  var delay = 0.0
  /// Seconds more, evenly spread; order is kept all the same.
  var jitter = 0.0
  /// Shares of 1.
  var loss = 0.0
  var duplicate = 0.0
  var reorder = 0.0
  /// Seconds that a reordered packet, or a copy, comes later.
  var hold = 0.01
  /// Bits per second; 0 is no limit.
  var rate = 0.0
  /// Bytes that may wait for the rate.
  var queue = 1_000_000.0
  /// Largest IP packet, dropped in silence above; 0 is no limit.
  var mtu = 0
  var isBlack = false
  var drops: [Drop] = []
  var forgeries: [Forgery] = []

  /// False where a word is none.
  mutating func apply(_ word: Substring) -> Bool {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return false }
    let value = parts[1]
    switch parts[0] {
    case "delay": delay = seconds(value)
    case "jitter": jitter = seconds(value)
    case "hold": hold = seconds(value)
    case "loss": loss = share(value)
    case "duplicate": duplicate = share(value)
    case "reorder": reorder = share(value)
    case "rate": rate = (Double(value.prefix { $0.isNumber || $0 == "." }) ?? 0) * (value.hasSuffix("mbit") ? 1e6 : 1e3)
    case "queue": queue = Double(value) ?? queue
    case "mtu": mtu = Int(value) ?? 0
    case "black": isBlack = value == "on"
    case "drop":
      guard value != "nothing" else {
        drops = []
        return true
      }
      guard let drop = Drop(value) else { return false }
      drops.append(drop)
    case "forge":
      guard let forgery = Forgery(value) else { return false }
      forgeries.append(forgery)
    default: return false
    }
    return true
  }

  private func seconds(_ text: Substring) -> Double {
    text.hasSuffix("ms")
      ? (Double(text.dropLast(2)) ?? 0) / 1000 : Double(text.hasSuffix("s") ? text.dropLast() : text) ?? 0
  }

  private func share(_ text: Substring) -> Double {
    text.hasSuffix("%") ? (Double(text.dropLast()) ?? 0) / 100 : Double(text) ?? 0
  }
}

/// What a TCP packet is, in the words of a scenario.
enum Kind: String {
  case syn, synack, fin, rst, data, ack, tcp

  func covers(_ packet: TCPPacket) -> Bool {
    switch self {
    case .syn: packet.isSYN && !packet.isACK
    case .synack: packet.isSYN && packet.isACK
    case .fin: packet.isFIN
    case .rst: packet.isRST
    case .data: packet.payload > 0
    case .ack: packet.isACK && packet.payload == 0 && !packet.isSYN && !packet.isFIN && !packet.isRST
    case .tcp: true
    }
  }
}

/// `drop=KIND` all of them, `drop=KIND,N` the next N.
struct Drop {
  let kind: Kind
  var left: Int

  init?(_ text: Substring) {
    let parts = text.split(separator: ",")
    guard let kind = parts.first.flatMap({ Kind(rawValue: String($0)) }) else { return nil }
    self.kind = kind
    left = parts.count > 1 ? Int(parts[1]) ?? 0 : .max
  }

  /// Whether this packet is one of them.
  mutating func takes(_ packet: TCPPacket) -> Bool {
    guard left > 0, kind.covers(packet) else { return false }
    if left != .max { left -= 1 }
    return true
  }
}

/// `forge=KIND,END,TTL,OFFSET[,ack]`: the next packet of that kind makes a device send a RST to that END (client, server, both) in the
/// other's name, whose sequence number is OFFSET past the one that the kernel there would take.
struct Forgery {
  let kind: Kind
  let ends: [End]
  let ttl: UInt8
  let offset: UInt32
  let hasACK: Bool

  init?(_ text: Substring) {
    let parts = text.split(separator: ",")
    guard parts.count >= 4, let kind = Kind(rawValue: String(parts[0])), let ttl = UInt8(parts[2]),
      let offset = Int64(parts[3])
    else { return nil }
    self.kind = kind
    ends = parts[1] == "both" ? [.client, .server] : parts[1] == "client" ? [.client] : [.server]
    self.ttl = ttl
    self.offset = UInt32(truncatingIfNeeded: offset)
    hasACK = parts.count > 4
  }
}

/// How many packets met what.
struct Tally {
  var carried = 0
  var lost = 0
  var copied = 0
  var late = 0
  /// By `drop`.
  var eaten = 0
  var blackened = 0
  var tooLarge = 0
  var forged = 0

  var text: String {
    "\(carried) carried, \(late) of them late, \(copied) copied; \(lost) lost, \(eaten) eaten, \(blackened) into the black, "
      + "\(tooLarge) too large; \(forged) forged"
  }

  /// Whether no packet has met an order: then the scenario was not played.
  func hasMissed(_ order: String, _ settings: Settings) -> Bool {
    switch order.prefix(while: { $0 != "=" }) {
    case "loss": lost == 0
    case "duplicate": copied == 0
    case "reorder": late == 0
    case "mtu": tooLarge == 0
    case "forge": !settings.forgeries.isEmpty
    case "black": blackened == 0
    case "drop": order != "drop=nothing" && (eaten == 0 || settings.drops.contains { $0.left > 0 && $0.left != .max })
    default: false
    }
  }
}

enum End { case client, server }
