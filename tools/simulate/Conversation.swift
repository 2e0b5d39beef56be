import Endpoints
import PacketScript
import Wire

/// Where a capture stands.
enum Tap: String, CaseIterable {
  case a, middle, b
}

/// A packet as a capture has it.
struct Seen {
  /// ns since the connection began.
  var time: Int64
  var packet: TCPPacket
  var role: Role

  var hasData: Bool { packet.payloadLength > 0 }
  var isReset: Bool { packet.flags.contains(.rst) }
  /// Neither data nor a word about the connection.
  var isPureACK: Bool { !hasData && packet.flags.isDisjoint(with: [.syn, .fin, .rst]) }
}

/// All that was on the way between the two.
struct Conversation {
  var acting: End
  var path: Path
  var flights: [Flight]
  var limit: Int64

  static func address(of end: End) -> IPAddress { IPAddress(v4: end == .client ? 0x0a01_0002 : 0x0a02_0002) }

  /// What passes a place, in its order there.
  func seen(at tap: Tap) -> [Seen] {
    let near = min(20_000, path.oneWay / 10)
    let fromA = tap == .a ? near : tap == .middle ? path.oneWay * 2 / 5 : path.oneWay - near
    // Routers behind `a`, out of all.
    let hops = tap == .a ? 0 : tap == .middle ? path.hops / 2 : path.hops
    var seen: [Seen] = []
    for flight in flights {
      guard case .tcp(var packet) = flight.parcel else { continue }
      let role: Role = flight.from == acting ? .a : .b
      let distance = role == .a ? fromA : path.oneWay - fromA
      guard flight.begins <= distance, distance < flight.ends else { continue }
      let time = flight.time + distance - flight.begins
      guard time <= limit else { continue }
      packet.source.ttl -= role == .a ? hops : path.hops - hops
      packet.source.mac = mac(role, tap)
      packet.destination.mac = mac(role == .a ? .b : .a, tap)
      seen.append(Seen(time: time, packet: packet, role: role))
    }
    return Seen.inOrder(seen)
  }

  private func mac(_ role: Role, _ tap: Tap) -> UInt64 {
    let place: UInt64 = tap == .a ? 1 : tap == .middle ? 2 : 3
    return 0x0200_0000_0000 | place << 8 | (role == .a ? 1 : 2)
  }
}

extension Seen {
  /// By time; packets of one moment keep their order.
  static func inOrder(_ packets: [Seen]) -> [Seen] {
    packets.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
  }
}
