package import PacketScript
import Wire

/// What passed the place of the capture, counted from the simulated kernels' own numbers.
package struct WireRecord {
  /// Per end: highest offset of data sent, highest acknowledged by the other's kernel, by its RST too (no middlebox here
  /// makes one with ACK), and what it selectively acknowledged.
  package var sent: [Int64] = [1, 1]
  package var acknowledged: [Int64] = [1, 1]
  package var selectively: [[(Int64, Int64)]] = [[], []]
  package var packets = 0
  package var lostByCapture = 0
  package var resets = [0, 0]
  package var aborted: (end: End, at: Int64)?

  package mutating func see(_ packet: TCPPacket, from end: End, at time: Int64, isn: UInt32, peerISN: UInt32) {
    packets += 1
    if packet.flags.contains(.rst) {
      resets[end.rawValue] += 1
      if packet.flags.contains(.ack) { acknowledge(packet, by: end, peerISN) }
      return
    }
    let start = Int64(Int32(bitPattern: packet.sequence &- isn)) + (packet.flags.contains(.syn) ? 1 : 0)
    if packet.payloadLength > 0 {
      sent[end.rawValue] = max(sent[end.rawValue], start + Int64(packet.payloadLength))
    }
    guard packet.flags.contains(.ack) else { return }
    acknowledge(packet, by: end, peerISN)
    let other = end.other.rawValue
    for case .sack(let ranges) in packet.options {
      for range in ranges {
        let block = (
          Int64(Int32(bitPattern: range.start &- peerISN)), Int64(Int32(bitPattern: range.end &- peerISN))
        )
        if block.1 > acknowledged[other] { selectively[other].append(block) }
      }
    }
  }

  private mutating func acknowledge(_ packet: TCPPacket, by end: End, _ peerISN: UInt32) {
    let other = end.other.rawValue
    acknowledged[other] = max(acknowledged[other], Int64(Int32(bitPattern: packet.acknowledgment &- peerISN)))
  }

  /// Data bytes of `end` that passed here and that the receiving kernel never said it had.
  package func unacknowledged(_ end: End) -> Int64 {
    let stop = sent[end.rawValue]
    var start = min(acknowledged[end.rawValue], stop)
    var missing: Int64 = 0
    for block in selectively[end.rawValue].sorted(by: { $0.0 < $1.0 }) where block.1 > start {
      missing += max(0, block.0 - start)
      start = max(start, min(block.1, stop))
    }
    return missing + max(0, stop - start)
  }
}
