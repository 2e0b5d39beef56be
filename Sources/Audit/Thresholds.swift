/// Every number that a rule decides by, with unit and reason; options change the first three.
public struct Thresholds: Sendable {
  /// `--linger`, ns: how long a half-closed connection may wait before that is worth a word. Longer than a local application
  /// needs to see end of file.
  public var linger: Int64 = 5_000_000_000
  /// `--stall`, ns: how long a zero window may last. A busy reader drains its buffer sooner.
  public var stall: Int64 = 5_000_000_000
  /// `--idle`, ns: the shortest idle time after which a middlebox may have forgotten a connection; the shortest timeouts
  /// that are sold are one minute.
  public var idle: Int64 = 60_000_000_000

  /// A shorter silence, ns, is not worth a word beside what ended it.
  public var mentionedSilence: Int64 = 1_000_000_000

  // MARK: Silence
  /// Transmissions of the same data: the first, a tail loss probe (RFC 8985), and two timeouts, of which one backs off.
  public var dataTransmissions: UInt32 = 4
  /// What they must span, ns: a route that changes heals in less.
  public var silentSpan: Int64 = 3_000_000_000
  /// A SYN that was repeated once and not answered.
  public var synTransmissions: UInt32 = 2
  /// Recorded time after the first SYN, ns: Linux repeats it after 1 s and 3 s.
  public var synSpan: Int64 = 3_000_000_000
  /// Two repetitions of a SYN-ACK: one may be a lost ACK.
  public var synAckTransmissions: UInt32 = 3
  /// No kernel repeats data sooner, ns (Linux' TCP_RTO_MIN).
  public var soonestRepetition: Int64 = 200_000_000
  /// As for data.
  public var finTransmissions: UInt32 = 4
  /// RFC 9293 §3.8.4: one missing reply is no death.
  public var keepaliveProbes: UInt32 = 3
  /// The least time from one probe to the next, ns, on the average: no kernel takes an interval below 1 s, and an ACK that comes again
  /// in a burst is a duplicate, or an old one.
  public var keepaliveInterval: Int64 = 500_000_000
  /// A keepalive's period varies by one in so many: an idle time that is no longer than that beyond what was survived proves
  /// nothing.
  public var keepaliveJitter: Int64 = 20
  /// What sent the oldest unacknowledged segment had an answer no longer than this before, ns, for its size to be the reason.
  public var freshAnswer: Int64 = 1_000_000_000
  /// Bytes of payload from which on a segment may be too large for a path: every IPv4 host takes packets of 576 bytes
  /// (RFC 791), headers included.
  public var largeSegment: UInt32 = 500
  /// Targets that one source has tried without an answer, from which on they are one line: a scan.
  public var scanTargets = 32

  // MARK: The end of the recording
  /// Silence up to the end of the recording counts from here on, ns (or `overdueTimeouts` where that is longer).
  public var overdue: Int64 = 5_000_000_000
  /// In retransmission timeouts.
  public var overdueTimeouts: Int64 = 3
  /// The least retransmission timeout, ns (RFC 6298 §2.4 says 1 s; Linux starts from 200 ms plus the round trip).
  public var leastTimeout: Int64 = 1_000_000_000

  /// A longer silence than this, ns, is no recording but two files in one: a week.
  public var farthest: Int64 = 604_800_000_000_000

  // MARK: Truncation
  /// A resetting side whose own last data is younger than this, ns, or than `midStreamRoundTrips`, was cut in mid-stream.
  public var midStream: Int64 = 1_000_000_000
  /// The same in round trips of the connection, where that is longer.
  public var midStreamRoundTrips: Int64 = 2
  /// Packets that were sent again, from which on a transfer may crawl: fewer are a burst of loss.
  public var crawlingPackets: UInt64 = 8
  /// And one byte in so many of all that were sent: TCP's rate falls with the root of the loss (Mathis et al. 1997), and at a
  /// quarter little but timeouts is left.
  public var crawlingShare: UInt64 = 4

  /// The longest farewell of a client to a server that has closed, bytes: HTTP/2's GOAWAY and a TLS alert take 77, a request
  /// with a header more.
  public var goodbyeBytes: Int64 = 96
  /// What is that short asks for nothing, bytes: MQTT's DISCONNECT takes 2 to 4, a command and its line's end more.
  public var leastRequest: Int64 = 4

  /// Who went on after a pause may pause again: silence is more than so many of the longest.
  public var survivedPauses: Int64 = 2

  // MARK: Resets
  /// A kernel answers at once, ns: what comes later (or than two round trips) was not provoked by the packet before it.
  public var answer: Int64 = 1_000_000_000
  /// A side that was never heard has its socket so long after the handshake, ns: sooner, a full accept queue or a proxy may
  /// have had none yet.
  public var settledHandshake: Int64 = 1_000_000_000
  /// Whose last packet is younger than this, ns, was alive: its own abort may be what the capture lost.
  public var fresh: Int64 = 1_000_000_000
  /// What an end answers comes within so many legs to it, and within `slowAnswer` where they are short, ns: it may be busy.
  public var answerLegs: Int64 = 2
  /// As `answerLegs`.
  public var slowAnswer: Int64 = 20_000_000
  /// A leg to an end from which on an answer can come too soon for it, ns: below, clocks and queues blur it, and a radio link may
  /// have slept through the handshake's few milliseconds.
  public var tellingLeg: Int64 = 10_000_000
  /// An answer within this part of the leg is too soon, one after `possibleAnswer` of it is not: the quickest round trip that was
  /// measured may not have been the quickest there is.
  public var impossibleAnswer: Int64 = 4
  /// Parts of the leg, as `impossibleAnswer`: between both nobody can say.
  public var possibleAnswer: Int64 = 2
  /// A handshake that took more than so many times the quickest answer behind it waited for something else than the path.
  public var steadyHandshake: Int64 = 2
  /// So many legs of silence before it: then a RST answers the packet before it, and none earlier.
  public var quietLegs: Int64 = 2
  /// What a sender had under way before its RST may come after it for a leg, at least this, ns (Wireshark's 3 ms for reordering).
  public var overtaken: Int64 = 3_000_000
  /// A live socket's RST whose window is smaller by that many bytes than the widest it offered holds unread data; less may be
  /// an alert or a GOAWAY that nobody needs to read.
  public var unreadBytes: Int64 = 256
  /// An ACK may be kept back for so long, ns (Linux' TCP_DELACK_MIN).
  public var delayedACK: Int64 = 40_000_000
  /// And by nobody for longer, ns (RFC 9293 §3.8.6.3).
  public var latestACK: Int64 = 500_000_000
  /// Whoever acknowledged an answer so long ago, ns, has read it: who waits for one reads at once.
  public var readAnswer: Int64 = 200_000_000

  // MARK: Beside the kernel
  /// So long after a packet its kernel has taken it in, ns, or never will.
  public var settledSocket: Int64 = 1_000_000_000
  /// What a socket heard within so much of a RST, ns, came before it: kernels count such times in ticks of up to 10 ms.
  public var heardWith: Int64 = 50_000_000

  // MARK: The capture
  /// A step of the clock backwards, ns: queues of one interface deliver out of order by far less.
  public var clockStep: Int64 = 100_000_000
  /// So many copies, and one in so many packets, are a capture that doubles; networks and kernels double fewer.
  public var duplicatedLeast: UInt64 = 4
  /// One packet in so many, copies included.
  public var duplicatedShare: UInt64 = 20

  /// One byte in so many that were acknowledged is not in the capture: nor may other packets be, without a trace.
  public var missingShare: UInt64 = 100

  /// The options' defaults, and the numbers that no option changes.
  public init() {}
}
