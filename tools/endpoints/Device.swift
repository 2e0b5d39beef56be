package import PacketScript
import Wire

/// A device that forgets a connection, cuts it, or breaks in, is a mind with a memory.
package final class Memory {
  package var bytes: Int64 = 0
  package var count = 0
  package var last: Int64 = 0
  package var isTriggered = false
  package var packet: TCPPacket?

  package init() {}
}

extension Path {
  /// From the first packet for which `begins` holds, nothing passes that `falls` is true of.
  package mutating func cut(
    once begins: @escaping (Passage) -> Bool, falls: @escaping (Passage) -> Bool = { _ in true }
  ) {
    let memory = Memory()
    policy = { passage in
      if !memory.isTriggered { memory.isTriggered = begins(passage) }
      return memory.isTriggered && falls(passage) ? .drop : .pass
    }
  }

  /// When so many bytes of `end` have passed.
  package static func after(_ bytes: Int64, of end: End) -> (Passage) -> Bool {
    let memory = Memory()
    return { passage in
      if passage.from == end { memory.bytes += Int64(passage.packet.payloadLength) }
      return memory.bytes > bytes
    }
  }
}

/// A RST as a middlebox makes it up: exact, in the name of the other end, in its own TTL.
package func forgedReset(_ packet: TCPPacket, toward end: End, from sender: End, offset: UInt32 = 0) -> Parcel {
  let length = UInt32(packet.payloadLength) + (packet.flags.contains(.syn) || packet.flags.contains(.fin) ? 1 : 0)
  var reset: TCPPacket
  if end == sender {
    reset = TCPPacket(from: packet.destination, to: packet.source, .rst, sequence: packet.acknowledgment &+ offset)
  } else {
    reset = TCPPacket(
      from: packet.source, to: packet.destination, .rst, sequence: packet.sequence &+ length &+ offset)
  }
  reset.window = 0
  reset.ipID = 0x4d2
  // It stands elsewhere than the end does: not as many routers have lowered it.
  reset.source.ttl = packet.source.ttl == 128 ? 63 : 127
  return .tcp(reset)
}
