/// A fragment of an IP datagram as its header tells it.
struct Fragment {
  var id: UInt32
  /// Protocol or next header of the whole.
  var next: UInt8
  /// Where it belongs, bytes from the start of the datagram's payload.
  var start: Int
  /// Bytes of payload, on the wire and captured.
  var length: Int
  var hasMore: Bool
  var captured: Int

  /// Every fragment but the last fills whole words (RFC 791 §3.2), and the whole fits a datagram.
  var isSound: Bool {
    length > 0 && start + length <= 65_535 && (!hasMore || length & 7 == 0)
  }

  /// Not so ICMP, UDP and SCTP. (Of UDP a few are tunnels; that is known once the whole is.)
  var mayBeTCP: Bool { next != 1 && next != 17 && next != 58 && next != 132 }
}
