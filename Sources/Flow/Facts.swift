public import Wire

/// One end of a connection; the client is who sent the SYN, or is taken for it.
public enum Side: UInt8, Sendable, CaseIterable {
  case client, server

  /// The peer's.
  public var other: Side { self == .client ? .server : .client }
  /// As records spell it.
  public var name: String { self == .client ? "client" : "server" }
}

/// A TCP address.
public struct Endpoint: Hashable, Sendable {
  /// Of the innermost IP header.
  public var address: IPAddress
  /// 0 … 65,535.
  public var port: UInt16

  /// TCP's own: of a tunnel's ends nothing is in it.
  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

/// Why a record was written (interface.md, `ended_because`).
public enum EndReason: String, Sendable {
  case closed, reset
  case reused, evicted, interrupted
  case idleTimeout = "idle_timeout"
  case endOfInput = "end_of_input"
}

/// What a connection was at its end, the first that fits (interface.md, `state`).
public enum ConnectionState: UInt8, CaseIterable, Sendable {
  case refused, reset, closed, closing, halfClosed, midstream, established, answered, attempted

  /// As `interface.md` spells it.
  public var name: String {
    switch self {
    case .refused: "refused"
    case .reset: "reset"
    case .closed: "closed"
    case .closing: "closing"
    case .halfClosed: "half_closed"
    case .midstream: "midstream"
    case .established: "established"
    case .answered: "answered"
    case .attempted: "attempted"
    }
  }
}

/// Whose FIN or effective RST came first; `both`: each before it had the other's.
public enum ClosedBy: String, Sendable { case client, server, both }

/// The three packets that open a connection, as the capture saw them.
public struct Handshake: Hashable, Sendable {
  /// The first of each; nil where it is not in the capture.
  public var syn: Moment?
  /// The first SYN-ACK; nil where it is not in the capture, or who is the client was guessed.
  public var synAck: Moment?
  /// The client's packet that acknowledges the SYN-ACK: only then is the connection established at both ends.
  public var ack: Moment?
  /// That packet has data or a FIN, and the SYN had none: most kernels send one without before, which the capture lacks then.
  public var ackCameWithData = false
  /// Both sent a SYN before they had the other's (RFC 9293 §3.5, figure 8); the first one's sender is the client.
  public var simultaneousOpen = false
  /// Data in the SYN (RFC 7413), bytes.
  public var fastOpenBytes: UInt32 = 0

  /// Nothing of it seen.
  public init() {}
}

/// An ICMP or ICMPv6 error that quoted this connection.
public struct ICMPNotice: Hashable, Sendable {
  /// The first error; type, code, MTU and reporter are its own.
  public var first: Moment
  /// How many, copies left out.
  public var count: UInt32
  /// As on the wire: of ICMP where `ipVersion` is 4, of ICMPv6 where it is 6.
  public var type: UInt8
  /// As on the wire, within `type`.
  public var code: UInt8
  /// Of the error: 4 or 6.
  public var ipVersion: UInt8
  /// Bytes; of a "packet too big"; 0 otherwise.
  public var mtu: UInt32
  /// Who sent the error.
  public var reporter: IPAddress
  /// Whose packet it quotes.
  public var quoted: Side

  /// - Parameter quoted: the side whose packet came back.
  public init(
    first: Moment, count: UInt32, type: UInt8, code: UInt8, ipVersion: UInt8, mtu: UInt32, reporter: IPAddress,
    quoted: Side
  ) {
    self.first = first
    self.count = count
    self.type = type
    self.code = code
    self.ipVersion = ipVersion
    self.mtu = mtu
    self.reporter = reporter
    self.quoted = quoted
  }

  /// It says that the packet went nowhere: not that it was too big, nor to slow down, nor a better way.
  public var isRejection: Bool {
    ipVersion == 6 ? type == 1 || type == 3 || type == 4 : (type == 3 && code != 4) || type == 11 || type == 12
  }
}

/// Everything that was observed of one connection: a plain value, without opinion. `Audit` judges it.
public struct Facts: Hashable, Sendable {
  /// Number over the run of the frame that began it: the connection's id.
  public var id: UInt64
  /// Who sent the SYN; guessed where `rolesKnown` is false.
  public var clientEndpoint: Endpoint
  /// Who answered; guessed where `rolesKnown` is false.
  public var serverEndpoint: Endpoint
  /// The SYN or SYN-ACK told who is who; otherwise guessed.
  public var rolesKnown: Bool
  /// 4 or 6.
  public var ipVersion: UInt8
  /// Of the first packet; index into the timeline's interfaces.
  public var interface: UInt16
  /// Of the first packet; index into the decoder's encapsulations.
  public var encapsulation: UInt16

  /// What the client sent, and what came of it.
  public var client = SideFacts()
  /// What the server sent, and what came of it.
  public var server = SideFacts()
  /// Empty where the roles are guessed.
  public var handshake = Handshake()
  /// First and last packet of the connection, echoes and stragglers included.
  public var start: Moment
  /// Of both sides: the later of their last packets.
  public var end: Moment
  /// Why the record was written; a close or a RST wins over what else ended it.
  public var endedBecause: EndReason = .endOfInput
  /// How far the input had got when these facts were written.
  public var observedUntil: Timestamp
  /// The first error that quoted it, and how many there were; nil where there was none.
  public var icmp: ICMPNotice?
  /// Longest silence of both sides between two packets, ns.
  public var longestIdle: Int64 = 0
  /// Smallest time from a data segment or SYN to the packet that acknowledged it, per leg, ns: from the capture to the
  /// server and back, to the client and back. The round trip is their sum. nil where nothing was measured.
  public var serverLeg: Int64?
  /// As `serverLeg`, from the capture to the client and back.
  public var clientLeg: Int64?
  /// The 4-tuple was used by another connection in this run: a display filter needs a frame range.
  public var tupleReused = false
  /// A RST had ended what used the 4-tuple before, and this is its receiver, which goes on where it stood.
  public var earlierReset: EarlierReset?
  /// Inputs that were taken at different places hold it at the same time, so that what they show together is what nobody saw.
  public var severalPlaces = false
  /// Two streams under one 4-tuple at once, or what may be another life behind a RST: nothing that they show together is claimed.
  public var isMixed = false
  /// Counts are lower bounds: these facts were merged across a seam.
  public var merged = false
  /// nil where nobody asked for it (`TrackerOptions.zeek`).
  @Rare public var zeek: ZeekView?

  /// Of no connection yet. Inlined, as the other: else they are made in one place and copied into another.
  @inline(__always) public init() {
    let nobody = Endpoint(address: IPAddress(high: 0, low: 0), port: 0)
    let nothing = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
    self.init(id: 0, client: nobody, server: nobody, rolesKnown: false, ipVersion: 4, start: nothing)
  }

  /// One of no connection yet: copied whole, another is made sooner than field by field.
  static let blanks = [Facts()]

  /// Of its first packet alone: `end` and `observedUntil` are that packet's time.
  @inline(__always)
  public init(id: UInt64, client: Endpoint, server: Endpoint, rolesKnown: Bool, ipVersion: UInt8, start: Moment) {
    self.id = id
    clientEndpoint = client
    serverEndpoint = server
    self.rolesKnown = rolesKnown
    self.ipVersion = ipVersion
    interface = 0
    encapsulation = 0
    self.start = start
    end = start
    observedUntil = start.time
  }

  /// Inlined, so that nothing is copied but what is asked for: a side is large. A `_read` that yields in two places would not be,
  /// and would take memory for a copy each time.
  @inlinable public subscript(_ side: Side) -> SideFacts {
    @inline(__always) get { side == .client ? client : server }
    @inline(__always) _modify { if side == .client { yield &client } else { yield &server } }
  }

  /// Address and port of that side.
  public func endpoint(_ side: Side) -> Endpoint { side == .client ? clientEndpoint : serverEndpoint }

  /// Seconds are nanoseconds here: last packet minus first, never negative.
  public var duration: Int64 { max(0, end.time.since(start.time)) }
}

/// The connection as Zeek's conn.log would say it; Zeek's own guess of who is originator.
public struct ZeekView: Hashable, Sendable {
  /// By Zeek's rules: who sent the first packet, or its receiver where that is an answer (`^` in `history`).
  public var originator: Side = .client
  /// `S0`, `SF`, …: conn_state by Zeek's rules.
  public var connState = "OTH"
  /// Zeek's letters in order of events, the originator's in capitals; 64 at most.
  public var history = ""
  /// Of the first packet, copies included.
  public var start = Timestamp(nanoseconds: 0)
  /// ns, up to the last packet before both ends had closed; nil where no time passed, as then the bytes are nil too.
  public var duration: Int64?
  /// By sequence numbers, sent or acknowledged.
  public var originatorBytes: UInt64?
  /// As `originatorBytes`, of the other side.
  public var responderBytes: UInt64?
  /// Acknowledged and not in the capture.
  public var missedBytes: UInt64 = 0
  /// Every packet of the capture, copies too; bytes from the IP headers.
  public var originatorPackets: UInt64 = 0
  /// Headers included; as `originatorPackets` of every packet.
  public var originatorIPBytes: UInt64 = 0
  /// As `originatorPackets`, of the other side.
  public var responderPackets: UInt64 = 0
  /// As `originatorIPBytes`, of the other side.
  public var responderIPBytes: UInt64 = 0

  /// Of a connection without a packet: `OTH`, nothing counted.
  public init() {}
}
