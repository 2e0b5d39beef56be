/// What is believed of a stream without a second witness, and for how long something may take: every number that the tracker
/// decides by, with its unit and its reason. (What findings are decided by is in `Thresholds`.)
enum Plausible {
  // MARK: Sequence space, bytes

  /// How far SND.NXT may jump at once. More than that is believed when a second segment agrees, or the peer acknowledges it: the
  /// capture may have lost a lot, or somebody injects. 16 MiB are 13 ms at 10 Gbit/s.
  static var jump: Int64 { 16 << 20 }
  /// No line carries more, bytes/ns: 100 Gbit/s.
  static var bytesPerNanosecond: Int64 { 12 }
  /// Nor both directions so much at once that one recording could lose it, bytes/ns: 40 Gbit/s together.
  static var bothWays: Int64 { 5 }
  /// A byte of a clock that gives ISNs, ns (RFC 6528; Linux: secure_tcp_seq shifts by 6).
  static var isnTick: Int64 { 64 }
  /// What a life may have sent beside it, and clocks differ by, bytes.
  static func slack(of ticks: Int64) -> Int64 { ticks / 16 + Int64(firstFlight) }
  /// How far the ISN of another life lies ahead at the least: a second of the clock, a tick each 4 µs (RFC 9293 §3.4.1).
  static var lives: Int64 { 250_000 }
  /// The widest window (RFC 7323 §2.3 bounds it to 2^30): nothing in flight lies farther apart.
  static var window: Int64 { 1 << 30 }
  /// Met by an ACK first, a stream is where its own packets say, if they are so far from it: a fourth of the widest window.
  static var acknowledged: Int64 { 1 << 28 }
  /// How far behind its SYN a stream goes on that has just begun: many initial windows of ten segments (RFC 6928).
  static var firstFlight: Int32 { 1 << 20 }
  /// How far before what is known a SYN stands that what follows it has overtaken: one unscaled window.
  static var overtaken: Int64 { 1 << 16 }
  /// How far from SND.NXT a segment of a living stream lies: what Linux lets be in flight by default (tcp_wmem, 4 MiB).
  static var inFlight: Int64 { 1 << 22 }
  /// What a sender has let out beside what it repeats, while nobody answers: a segment (RFC 5681 §3.1: the loss window) and its FIN, which
  /// no congestion window holds back.
  static var lossWindow: Int64 { 1461 }
  /// A window whose scale is not known (field.md §2.5).
  static var unscaledWindow: Int64 { 1 << 16 }

  // MARK: Time, ns

  /// A packet that stands in the capture twice does so within a tenth of a second, as copies do (`CopyWindow`). In it, no sender
  /// has gone through all identifications.
  static var twin: Int64 { 100_000_000 }
  /// A hole that is filled sooner was made by reordering, whatever the round trip (Wireshark's 3 ms).
  static var reordering: Int64 { 3_000_000 }
  /// Nobody waits longer before it acknowledges data (RFC 9293 §3.8.6.3).
  static var delayedACK: Int64 { 500_000_000 }
  /// No stack waits less before it sends again (Linux: TCP_RTO_MIN): what is on its way may arrive for so long.
  static var leastTimeout: Int64 { 200_000_000 }
  /// Nor more before it does so for the first time (RFC 6298 §2.1, and 3 s in stacks of before it).
  static var firstTimeout: Int64 { 3_500_000_000 }
  /// From here on a timeout may no longer grow (RFC 6298 §2.5).
  static var longestTimeout: Int64 { 60_000_000_000 }
  /// A byte that comes again after such a pause asks for life. TCP_KEEPINTVL is in whole seconds.
  static var keepalivePause: Int64 { 1_000_000_000 }
  /// The same where it is measured from one probe to the next: they do not take equally long to the capture.
  static var probePause: Int64 { 875_000_000 }
  /// So long nothing gets through where more than a packet or two is lost.
  static var outage: Int64 { 3_000_000_000 }
  /// What comes later after a packet was not provoked by it, however far the peer is.
  static var answer: Int64 { 1_000_000_000 }
  /// As long both sides must be silent for a RST to have been taken: a challenge ACK takes a round trip, a retransmission less
  /// than three timeouts.
  static var settling: Int64 { 5_000_000_000 }
}
