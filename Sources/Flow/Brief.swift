internal import Wire

/// One connection in a few words: what is counted of every connection, and what it tells of its hosts. Of a connection that
/// nothing can be said about it is all that a run needs.
public struct Brief: Hashable, Sendable {
  /// One side of it; counts as in `SideFacts`.
  public struct End: Hashable, Sendable {
    /// Of the innermost IP header.
    public var endpoint: Endpoint
    /// RSTs included, copies not.
    public var packets: UInt64 = 0
    /// SYN and SYN-ACK, repetitions included.
    public var synPackets: UInt64 = 0
    /// Copies that the capture holds of its packets; in no other count.
    public var duplicatePackets: UInt64 = 0
    /// Acknowledged, and not in the capture.
    public var missingBytes: UInt64 = 0
    /// Unique data bytes seen.
    public var payloadBytes: UInt64 = 0
    /// Data bytes acknowledged, the missing ones included.
    public var ackedBytes: UInt64 = 0
    /// Over all packets that are not RST; nil where there is none.
    public var ttlRange: ClosedRange<UInt8>?
    /// It said more than SYNs and RSTs, or was acknowledged: it is no invention of a third party.
    public var isReal = false

    init(_ endpoint: Endpoint) { self.endpoint = endpoint }
  }

  /// As `Facts.id`.
  public var id: UInt64
  /// Its first packet.
  public var start: Moment
  /// 4 or 6.
  public var ipVersion: UInt8
  /// As of its facts; `.established` where it is still open and hosts learn of it.
  public var state: ConnectionState
  /// Who sent the SYN, or is taken for it.
  public var client: End
  /// The other end; of an attempt nothing but its endpoint is set.
  public var server: End
  /// As `Facts.severalPlaces`.
  public var severalPlaces = false
  /// As `Facts.isMixed`.
  public var isMixed = false
  /// The client ended it by a RST, and soon.
  public var clientHungUp = false
  /// nil where the client's SYN is not in the capture.
  public var birth: Birth?
  /// What there is to know of it beyond that.
  public enum Kind: Hashable, Sendable {
    case plain
    /// SYNs without any answer, and nothing else.
    case attempt(LoneSYN)
    /// A SYN and the RST that refused it; only with `TrackerOptions.briefRefusals`.
    case refusal(Refusal)
  }
  /// `.plain` unless its packets are nothing but an attempt or a refusal.
  public var kind = Kind.plain

  /// nil where anybody answered; a refusal is an answer.
  public var attempt: LoneSYN? { if case .attempt(let syn) = kind { syn } else { nil } }

  /// Of no connection yet.
  public init() {
    let nobody = Endpoint(address: IPAddress(high: 0, low: 0), port: 0)
    self.init(
      id: 0, ipVersion: 4, state: .attempted, client: nobody, server: nobody,
      start: Moment(time: Timestamp(nanoseconds: 0), packet: .none))
  }

  init(id: UInt64, ipVersion: UInt8, state: ConnectionState, client: Endpoint, server: Endpoint, start: Moment) {
    self.id = id
    self.start = start
    self.ipVersion = ipVersion
    self.state = state
    self.client = End(client)
    self.server = End(server)
  }
}

/// A client's SYN that nobody answered, and its repetitions.
public struct LoneSYN: Hashable, Sendable {
  /// The client.
  public var source: Endpoint
  /// The server, whether there is one or not.
  public var target: Endpoint
  /// 4 or 6.
  public var ipVersion: UInt8
  /// Its first transmission.
  public var first: Moment
  /// Its last; the same as `first` where `count` is 1.
  public var last: Moment
  /// Transmissions.
  public var count: UInt32
  /// The capture stands at the target.
  public var seenAtTarget: Bool
  /// It was given up for want of room, while an answer may have been on its way.
  public var wasEvicted: Bool
}

extension Facts {
  /// The same connection in brief.
  public var brief: Brief {
    var brief = Brief(
      id: id, ipVersion: ipVersion, state: state, client: clientEndpoint, server: serverEndpoint, start: start)
    brief.client.take(client)
    brief.server.take(server)
    if let loneSYN { brief.kind = .attempt(loneSYN) }
    brief.birth = birth
    if let abort, abort.side == .client {
      brief.clientHungUp = HealthChecks.isShort(since: start, abort.reset.moment, roundTrip: roundTrip ?? 0)
    }
    brief.severalPlaces = severalPlaces
    brief.isMixed = isMixed
    return brief
  }

  /// The client's SYNs, where it sent nothing else and nobody said anything.
  public var loneSYN: LoneSYN? {
    guard let syn = unansweredSYNs else { return nil }
    return LoneSYN(
      source: clientEndpoint, target: serverEndpoint, ipVersion: ipVersion, first: syn.first, last: syn.last,
      count: syn.count, seenAtTarget: vantage == .server, wasEvicted: endedBecause == .evicted)
  }

  /// The transmissions of `loneSYN`.
  public var unansweredSYNs: Burst? {
    guard handshake.syn != nil, handshake.synAck == nil, server.packets == 0, icmp?.isRejection != true,
      let syn = client.syn, client.packets == client.synPackets || givesUp(after: syn), !client.everAcked
    else { return nil }
    return syn
  }

  /// Nothing but RSTs of the client came after its repeated SYNs, and only when it had waited for as long as before the last
  /// one: no answer to a SYN-ACK that was not captured.
  private func givesUp(after syn: Burst) -> Bool {
    guard let resets = client.resets, client.packets == client.synPackets + client.rstPackets, syn.count > 1 else {
      return false
    }
    return syn.last.precedes(resets.first.moment) && resets.first.moment.time.since(syn.last.time) >= syn.lastGap
  }
}

extension Brief.End {
  fileprivate mutating func take(_ side: SideFacts) {
    packets = side.packets
    synPackets = side.synPackets
    duplicatePackets = side.duplicatePackets
    missingBytes = side.missingBytes
    payloadBytes = side.payloadBytes
    ackedBytes = side.ackedBytes
    ttlRange = side.ttlRange
    isReal = side.packets > side.synPackets + side.rstPackets || side.everAcked
  }
}

extension Brief {
  /// More than a client's SYNs.
  public var isConversation: Bool { client.packets != client.synPackets || server.packets > 0 }

  /// One direction was captured, and its acknowledgements move: the other is alive and was not seen.
  public var isOneSided: Bool {
    let silent = client.packets == 0 ? client : server
    return silent.packets == 0 && silent.ackedBytes > 0
  }

  /// What one connection tells of the directions that the capture holds.
  enum Sighting { case both, oneOnly, neither }

  /// One direction only is told by a side that was never seen and yet acknowledged, or whose data were. Without that the
  /// silence may be the host's: it tells nothing.
  var sighting: Sighting {
    if client.packets > 0, server.packets > 0 { return .both }
    if isOneSided { return .oneOnly }
    let seen = client.packets > 0 ? client : server
    let unseen = client.packets > 0 ? server : client
    return unseen.isReal && seen.synPackets > 0 && seen.packets > seen.synPackets ? .oneOnly : .neither
  }
}
