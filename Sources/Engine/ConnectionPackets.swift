public import Capture
public import Flow
public import Report
public import Wire

/// One connection's packets, read again from the inputs.
public struct ConnectionPackets: Sendable {
  /// In order of capture, copies and stragglers included.
  public var segments: [Segment] = []
  /// ICMP errors that quote one of its segments, in order of capture; they count for `limit` too.
  public var errors: [QuotedError] = []
  /// Which inputs go on with one another (rotated files), as far as they were read.
  public var places = InputPlaces()
  /// There were more than are kept.
  public var isCut = false

  /// Most packets that are kept.
  public static var limit: Int { 200_000 }

  /// Reads the inputs again, and keeps what belongs to the connection of this record.
  /// - Parameter options: of the run that found it.
  public init(of record: ConnectionRecord, in inputs: [String], _ options: RunOptions) throws(FilterError) {
    var timeline = try Timeline(paths: inputs, filter: options.filter)
    var decoder = Decoder()
    var scopes = KeyScopes(options)
    let facts = record.facts
    let membership = Membership(of: facts, scope: scopes.scope(of: record.verdict.encapsulation))
    var segment = Segment()
    while let frame = timeline.next() {
      // What comes later in the only input is of no interest.
      if inputs.count == 1, frame.packet.place > facts.end.packet.place { return }
      switch decoder.decode(frame, into: &segment) {
      case .segment, .cutSegment:
        guard membership.contains(segment, scope: scopes.scope(of: segment, decoder)) else { continue }
        segments.append(segment)
      case .quotedError:
        let error = decoder.quotedError
        guard membership.contains(error.quoted, scope: scopes.scope(of: error.quoted, decoder)) else { continue }
        errors.append(error)
      default: continue
      }
      if segments.count + errors.count >= Self.limit {
        isCut = true
        break
      }
    }
    places = InputPlaces(timeline.continued)
  }
}

/// Which packets are a connection's: its 5-tuple in its network, from its first packet to its last.
struct Membership {
  private let client: Endpoint
  private let server: Endpoint
  private let ipVersion: UInt8
  private let firstOrdinal: UInt64
  private let last: Moment
  private let scope: UInt16

  /// - Parameter scope: of its first packet, by the same `KeyScopes` as those that it is asked about.
  init(of facts: Facts, scope: UInt16) {
    self.scope = scope
    client = facts.clientEndpoint
    server = facts.serverEndpoint
    ipVersion = facts.ipVersion
    firstOrdinal = facts.id
    last = facts.end
  }

  func contains(_ segment: Segment, scope: UInt16) -> Bool {
    guard scope == self.scope, segment.ipVersion == ipVersion, segment.ordinal >= firstOrdinal,
      !last.precedes(Moment(time: segment.time, packet: segment.packet))
    else { return false }
    return matches(segment, client, server) || matches(segment, server, client)
  }

  private func matches(_ segment: Segment, _ source: Endpoint, _ destination: Endpoint) -> Bool {
    segment.sourcePort == source.port && segment.destinationPort == destination.port
      && segment.source == source.address && segment.destination == destination.address
  }
}
