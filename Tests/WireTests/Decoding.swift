import PacketScript
import Wire

/// What became of one frame, comparable.
enum Outcome: Equatable {
  case segment, quotedError, fragment, notTCP
  case cutSegment(DecodeFailure)
  case skipped(DecodeFailure)

  init(_ decoded: Decoded) {
    self =
      switch decoded {
      case .segment: .segment
      case .cutSegment(let failure): .cutSegment(failure)
      case .quotedError: .quotedError
      case .fragment: .fragment
      case .notTCP: .notTCP
      case .skipped(let failure): .skipped(failure)
      }
  }
}

extension Decoder {
  /// Decodes the first `captured` bytes of a frame.
  mutating func outcome(
    of bytes: [UInt8], _ linkType: LinkType = .ethernet, captured: Int = .max, original: Int? = nil,
    seconds: Int64 = 0, number: UInt64 = 1, interface: UInt16 = 0, into segment: inout Segment
  ) -> Outcome {
    let kept = Array(bytes.prefix(captured))
    let frame = Frame(
      bytes: kept.span.bytes, originalLength: original ?? bytes.count, time: Timestamp(seconds: seconds),
      packet: PacketReference(input: 0, number: number), ordinal: number, linkType: linkType, interface: interface)
    return Outcome(decode(frame, into: &segment))
  }
}

/// Decodes one frame by itself.
func decode(_ bytes: [UInt8], _ linkType: LinkType = .ethernet, captured: Int = .max, original: Int? = nil)
  -> (outcome: Outcome, segment: Segment)
{
  var decoder = Decoder()
  var segment = Segment()
  let outcome = decoder.outcome(of: bytes, linkType, captured: captured, original: original, into: &segment)
  return (outcome, segment)
}

/// 10.0.0.1:40000 → 10.0.0.2:80, or 2001:db8::1 → 2001:db8::2.
func packet(_ version: UInt8 = 4, payload: Int = 5, options: [TCPOption] = []) -> TCPPacket {
  let hosts = (UInt64(1)...2).map { index in
    Host(
      version == 6
        ? IPAddress(high: 0x2001_0db8_0000_0000, low: index) : IPAddress(v4: 0x0a00_0000 | UInt32(index)),
      port: index == 1 ? 40_000 : 80, ipVersion: version, mac: 0x0200_0000_0000 | index)
  }
  var packet = TCPPacket(from: hosts[0], to: hosts[1], [.psh, .ack], sequence: 1000)
  packet.acknowledgment = 2000
  packet.payloadLength = payload
  packet.options = options
  packet.ipID = version == 6 ? 0 : 7
  return packet
}

/// The packet from its IP header on.
func ipBytes(_ packet: TCPPacket) -> [UInt8] { FrameBuilder(linkType: .raw).frame(packet) }
