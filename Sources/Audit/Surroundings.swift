public import Wire

/// What is known of the capture around a connection when it is judged.
public struct Surroundings: Sendable {
  /// How far the recording reached when the connection is judged: the last packet of any kind, or pcapng's `isb_endtime`
  /// where it is later.
  public var captureEnd = Timestamp(nanoseconds: 0)
  /// Whether that is the end of the recording (else the connection ended or expired before).
  public var isEndOfCapture = true
  /// Packets that the kernel or the interface dropped, by the file's own count.
  public var kernelDropped: UInt64 = 0
  /// By the interface's own count.
  public var interfaceDropped: UInt64 = 0
  /// Bytes over all connections so far that were acknowledged and never seen, of sides that the capture does see.
  public var missingBytes: UInt64 = 0
  /// Of both, those that were seen: with `missingBytes` they are all.
  public var payloadBytes: UInt64 = 0
  /// Times in which the capture is known to have lost packets, of the connection that is judged.
  public var blind: [ClosedRange<Timestamp>] = []
  /// Of all that was dropped it is known when: `blind` is the whole truth.
  public var knowsWhenDropped = false
  /// The same as `blind`, as the connections show it: each alone may have lost its packets elsewhere.
  public var inferredBlind: [ClosedRange<Timestamp>] = []
  /// Times that passed on the capture's clock alone.
  public var leaps: [ClosedRange<Timestamp>] = []
  /// Both directions between these two hosts (or of this run, where they have one connection only) were seen.
  public var bothDirectionsSeen = true
  /// Other connections between exactly these two hosts were seen in both directions, and none of the capture in one only.
  public var isPairSeenWhole = false
  /// Captures of several places hold a connection between these two hosts, this one or another.
  public var severalPlaces = false
  /// The inputs are interfaces of one host: what passes two of them was seen by one.
  public var inputsAreOneHost = false
  /// By connections like this its client asks at regular times whether the service lives.
  public var isHealthCheck = false
  /// TTLs of each side's host as they arrived at the capture, lowest to highest, over its other connections; nil where there
  /// is none.
  public var clientHostTTL: ClosedRange<UInt8>?
  /// As `clientHostTTL`, of the server's host.
  public var serverHostTTL: ClosedRange<UInt8>?
  /// This host's own sockets at the ends of the connection that is judged, where its kernel was asked.
  public var sockets = HostEnds()

  /// A capture that lost nothing and shows both directions; no kernel was asked.
  public init() {}

  /// The capture may have lost packets between these moments.
  public func isBlind(from start: Timestamp, to end: Timestamp) -> Bool {
    for interval in blind where interval.lowerBound <= end && start <= interval.upperBound { return true }
    for interval in inferredBlind where interval.lowerBound <= end && start <= interval.upperBound { return true }
    return false
  }

  /// It lacks so much of what was sent that it may lack the few packets of any connection's end.
  func lacksPackets(_ thresholds: Thresholds) -> Bool {
    missingBytes > 0 && missingBytes >= payloadBytes / thresholds.missingShare
  }

  /// The clock leapt between these moments: nobody knows how long that was.
  func leaps(from start: Timestamp, to end: Timestamp) -> Bool {
    leaps.contains { start <= $0.lowerBound && $0.upperBound <= end }
  }
}
