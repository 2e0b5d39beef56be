public import Capture
public import Flow
public import Wire

/// One connection's packets, read again from the inputs.
public struct ConnectionPackets: Sendable {
  /// In order of capture, copies and stragglers included.
  public var segments: [Segment] = []
  public var errors: [QuotedError] = []
  /// There were more than are kept.
  public var isCut = false

  /// Most packets that are kept.
  public static var limit: Int { 200_000 }

  /// Reads the inputs again, and keeps what belongs to the connection of these facts.
  public init(of facts: Facts, in inputs: [String], filter: String?) throws(FilterError) {
    var timeline = try Timeline(paths: inputs, filter: filter)
    var decoder = Decoder()
    let membership = Membership(of: facts)
    var segment = Segment()
    while let frame = timeline.next() {
      // What comes later in the only input is of no interest.
      if inputs.count == 1, frame.packet.number > facts.end.packet.number { return }
      switch decoder.decode(frame, into: &segment) {
      case .segment where membership.contains(segment), .cutSegment where membership.contains(segment):
        segments.append(segment)
      case .quotedError where membership.contains(decoder.quotedError.quoted): errors.append(decoder.quotedError)
      default: continue
      }
      if segments.count + errors.count >= Self.limit {
        isCut = true
        return
      }
    }
  }
}

/// Which packets are a connection's: its 5-tuple, from its first packet to its last.
struct Membership {
  private let client: Endpoint
  private let server: Endpoint
  private let ipVersion: UInt8
  private let firstOrdinal: UInt64
  private let last: Moment

  init(of facts: Facts) {
    client = facts.clientEndpoint
    server = facts.serverEndpoint
    ipVersion = facts.ipVersion
    firstOrdinal = facts.id
    last = facts.end
  }

  func contains(_ segment: Segment) -> Bool {
    guard segment.ipVersion == ipVersion, segment.ordinal >= firstOrdinal,
      !last.precedes(Moment(time: segment.time, packet: segment.packet))
    else { return false }
    return matches(segment, client, server) || matches(segment, server, client)
  }

  private func matches(_ segment: Segment, _ source: Endpoint, _ destination: Endpoint) -> Bool {
    segment.sourcePort == source.port && segment.destinationPort == destination.port
      && segment.source == source.address && segment.destination == destination.address
  }
}
