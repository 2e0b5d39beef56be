public import Audit
public import Report
public import Wire

/// A finding as the screen's list shows it; what sorting and filtering ask is ready, as many are asked at each key.
public struct ScreenFinding: Sendable {
  /// Its number in the run. A later one that revises it has a number of its own, and takes its place in the list.
  public let id: UInt64
  /// Of the last packet that proves it; nil where it has no evidence.
  public let time: Timestamp?
  /// Sorts the list, healed ones apart.
  public let severity: Severity
  /// As in the finding; of a healed one as it was told.
  public let confidence: Confidence
  /// Id, as in the catalogue.
  public let rule: String
  /// `client`, `server`, `path`, `capture`, or `unknown`.
  public let atFault: String
  /// nil for findings about the capture or about many connections.
  public let connection: UInt64?
  /// `10.1.0.2:50124 → 10.2.0.2:2181`
  public let endpoints: String
  /// One sentence, who holds the socket behind it in brackets where that is known.
  public let summary: String
  /// As `bytes_lost` of the finding; nil where nothing can be said.
  public let bytesLost: UInt64?
  /// What was found healed: it is shown, and last.
  public let isHealed: Bool
  /// `10.2.0.2:2181` of `10.1.0.2:50124 → 10.2.0.2:2181`.
  let service: String
  /// What a filter looks through: lower case, UTF-8.
  let words: [UInt8]
  /// How many findings its line stands for.
  var alike = 1

  /// - Parameter isHealed: what was found does not hold any more.
  public init(
    id: UInt64, time: Timestamp?, severity: Severity, confidence: Confidence, rule: String, atFault: String,
    connection: UInt64?, endpoints: String, summary: String, bytesLost: UInt64?, isHealed: Bool = false
  ) {
    self.id = id
    self.time = time
    self.severity = severity
    self.confidence = confidence
    self.rule = rule
    self.atFault = atFault
    self.connection = connection
    self.endpoints = endpoints
    self.summary = summary
    self.bytesLost = bytesLost
    self.isHealed = isHealed
    service = ScreenFinding.service(in: endpoints)
    words = Array("\(severity.name) \(confidence.name) \(rule) \(atFault) \(endpoints) \(summary)".lowercased().utf8)
  }

  private static func service(in endpoints: String) -> String {
    guard let arrow = endpoints.unicodeScalars.lastIndex(of: "→") else { return endpoints }
    return String(endpoints[arrow...].dropFirst().drop { $0 == " " })
  }
}

/// All that the screen shows, at one moment.
public struct ScreenData: Sendable {
  /// What is captured on, and with which filter.
  public var title: String
  /// Since the start, seconds.
  public var elapsed: Double = 0
  /// Counts since the start, as metrics have them.
  public var figures: LiveFigures
  /// A second, over the last five.
  public var packetRate: Double = 0
  /// Bytes on the wire a second, over the same time.
  public var byteRate: Double = 0
  /// Those that are kept, in no order: the screen sorts them.
  public var findings: [ScreenFinding] = []
  /// Findings of the run that are kept no more: the list is bounded.
  public var forgotten: UInt64 = 0
  /// Words for the person at the screen, while they are news: an interface that went.
  public var note: String?

  /// - Parameter title: one line, cut where the screen ends.
  public init(title: String, figures: LiveFigures) {
    self.title = title
    self.figures = figures
  }
}
