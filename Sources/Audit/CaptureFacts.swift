public import Flow
public import Wire

/// What is known of the capture as a whole at its end (section 5 of the catalogue).
public struct CaptureFacts: Sendable {
  public var surroundings = Surroundings()
  /// TCP packets, copies included, and the copies.
  public var tcpPackets: UInt64 = 0
  public var duplicatePackets: UInt64 = 0
  /// Connections that captures of several places hold, about which nothing was claimed.
  public var severalPlaces: UInt64 = 0
  /// Connections of which more than a SYN was seen, and those of them seen in one direction while the other is proved alive.
  public var connections: UInt64 = 0
  public var oneSidedConnections: UInt64 = 0
  /// Connections with bytes that the capture lost, and by rule the findings about them, whose confidence suffered.
  public var lossyConnections: UInt64 = 0
  public var doubtedFindings: [String: UInt64] = [:]
  /// First packet of the first connection with copies, with lost bytes, seen in one direction.
  public var firstDuplicated: Moment?
  /// The same of the first that captures of several places hold.
  public var firstOfSeveralPlaces: Moment?
  public var firstLossy: Moment?
  public var firstOneSided: Moment?
  /// Steps of the clock backwards within one interface, the largest (ns), and the packet that came first after one.
  public var backwardSteps: UInt64 = 0
  public var largestBackwardStep: Int64 = 0
  public var firstBackwardStep: Moment?
  /// Leaps of the clock forward, which connections show together.
  public var leaps: [ClosedRange<Timestamp>] = []
  /// Inputs that end too early.
  public var cutInputs: [CutInput] = []
  /// How many inputs there are.
  public var inputs = 1

  public init() {}
}

/// An input that ends in the middle of something.
public struct CutInput: Sendable {
  public enum Place: Sendable { case record, header, compression }

  /// As it was given; `-` is standard input.
  public var path: String
  public var place: Place

  public init(path: String, place: Place) {
    self.path = path
    self.place = place
  }

  /// A name does not begin a sentence: its first letter is its own.
  var name: String { path == "-" ? "standard input" : "the capture \(path)" }
}
