/// What a segment is to the stream of its sender.
enum SegmentKind: UInt8, BitwiseCopyable {
  /// SYN or SYN-ACK; repeats too.
  case syn
  /// No sequence space: an acknowledgement, a window update.
  case ack
  /// Data or a FIN that was not sent before.
  case new
  /// Sequence space that was sent before.
  case retransmission
  /// Sent before what was seen already, and overtaken on the way.
  case outOfOrder
  /// Nothing or one byte at SND.NXT - 1 while all is acknowledged (RFC 9293 §3.8.4).
  case keepalive
  /// The same against a zero window (RFC 9293 §3.8.6.1).
  case windowProbe
  /// Beyond the sender's own FIN, or so far off that it cannot be of this stream.
  case stray
}
