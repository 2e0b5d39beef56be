public import Flow
public import Wire

/// What is known of the capture as a whole at its end (section 5 of the catalogue).
public struct CaptureFacts: Sendable {
  /// As of the end of the capture; what is about one connection in it means nothing here.
  public var surroundings = Surroundings()
  /// TCP packets, copies included, and the copies.
  public var tcpPackets: UInt64 = 0
  /// Of `tcpPackets`, those that the capture holds a second time; `duplicates` of the summary.
  public var duplicatePackets: UInt64 = 0
  /// Connections that captures of several places hold, about which nothing was claimed.
  public var severalPlaces: UInt64 = 0
  /// Connections of which more than a SYN was seen, and those of them seen in one direction while the other is proved alive.
  public var connections: UInt64 = 0
  /// Of `connections`.
  public var oneSidedConnections: UInt64 = 0
  /// Packets that the capture cut before their TCP flags: whose they are, or what they say, is not known.
  public var cutHeaders: UInt64 = 0
  /// Connections with bytes that the capture lost, and by rule the findings about them, whose confidence suffered.
  public var lossyConnections: UInt64 = 0
  /// By rule id, those below certain.
  public var doubtedFindings: [String: UInt64] = [:]
  /// First packet of the first connection with copies, with lost bytes, seen in one direction.
  public var firstDuplicated: Moment?
  /// The same of the first that captures of several places hold.
  public var firstOfSeveralPlaces: Moment?
  /// Lost: acknowledged and not in the capture, of a side that is in it.
  public var firstLossy: Moment?
  /// Of those in `oneSidedConnections`.
  public var firstOneSided: Moment?
  /// Steps of the clock backwards within one interface, the largest (ns), and the packet that came first after one.
  public var backwardSteps: UInt64 = 0
  /// Of all of them, ns; 0 while there is none.
  public var largestBackwardStep: Int64 = 0
  /// nil where the clock never ran backwards.
  public var firstBackwardStep: Moment?
  /// Leaps of the clock forward, which connections show together.
  public var leaps: [ClosedRange<Timestamp>] = []
  /// Inputs that end too early.
  public var cutInputs: [CutInput] = []
  /// How many inputs there are.
  public var inputs = 1

  /// Of a capture in which nothing was seen.
  public init() {}
}

/// An input that ends in the middle of something.
public struct CutInput: Sendable {
  /// In a record, in the file's header, or in what gzip, zstd or lz4 made of the file.
  public enum Place: Sendable { case record, header, compression }

  /// As it was given; `-` is standard input.
  public var path: String
  /// Where it was cut.
  public var place: Place

  /// - Parameter path: as it was given.
  public init(path: String, place: Place) {
    self.path = path
    self.place = place
  }

  /// A name does not begin a sentence: its first letter is its own.
  var name: String { path == "-" ? "standard input" : "the capture \(path)" }
}
