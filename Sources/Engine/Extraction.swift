internal import Audit
public import Capture
internal import Flow
public import Report
internal import SystemPackage
internal import Wire

/// `--extract DIR`: the packets of each finding's connection as a capture file of its own, comments on those that prove it.
///
/// The first reading notes which connections to take, the second writes them. Bounded: what does not fit is counted. A file
/// has its name once it is whole, and none is left where one can't be written.
public struct Extraction: Sendable {
  /// Most connections that get a file.
  public static var limit: Int { 1000 }
  /// A file's packets wait for this many bytes before they are appended.
  private static var chunk: Int { 1 << 16 }

  private struct Wanted: Sendable {
    var membership: Membership
    var name: String
    var comments: [PacketReference: String]
    var writer: PcapngWriter
  }

  private var wanted: [Wanted] = []
  private var byTuple: [Tuple: [Int]] = [:]
  private var scopes: KeyScopes
  /// Connections with findings beyond `limit`.
  public private(set) var omitted = 0
  /// Files that were written, and what could not be.
  public private(set) var files = 0
  /// In words, with the path, of the first that failed: none is written after it.
  public private(set) var failure: String?

  /// Both ends, in either order.
  private struct Tuple: Hashable {
    var ends: Set<Endpoint>
    var ipVersion: UInt8
  }

  /// - Parameter options: of the run whose connections are noted.
  public init(_ options: RunOptions) { scopes = KeyScopes(options) }

  /// Notes a connection with findings.
  public mutating func note(_ record: ConnectionRecord) {
    guard let first = record.findings.first else { return }
    guard wanted.count < Self.limit else {
      omitted += 1
      return
    }
    let facts = record.facts
    var comments: [PacketReference: String] = [:]
    for found in record.findings {
      for evidence in found.finding.evidence {
        let text = "\(found.finding.rule): \(evidence.what)"
        comments[evidence.moment.packet] = comments[evidence.moment.packet].map { $0 + "\n" + text } ?? text
      }
    }
    let tuple = Tuple(ends: [facts.clientEndpoint, facts.serverEndpoint], ipVersion: facts.ipVersion)
    byTuple[tuple, default: []].append(wanted.count)
    wanted.append(
      Wanted(
        membership: Membership(of: facts, scope: scopes.scope(of: record.verdict.encapsulation)),
        name: "\(facts.id)-\(first.finding.rule).pcapng", comments: comments,
        writer: PcapngWriter(comment: first.finding.summary)))
  }

  /// The first of `inputs` that a file in `directory` would take the place of; nil where none would.
  public func overwritten(in directory: String, of inputs: [String]) -> String? {
    var known: [FileIdentity: String] = [:]
    for input in inputs { if let file = FileIdentity(of: input) { known[file] = input } }
    for wanted in wanted {
      let file = WholeFile(directory + "/" + wanted.name)
      for path in [file.path, file.temporary] {
        if let input = FileIdentity(of: path).flatMap({ known[$0] }) { return input }
      }
    }
    return nil
  }

  /// Reads the inputs again and writes the files into `directory`, which is there.
  public mutating func write(to directory: String, from inputs: [String]) throws(FilterError) {
    guard !wanted.isEmpty else { return }
    var timeline = try Timeline(paths: inputs, filter: nil)
    var decoder = Decoder()
    var segment = Segment()
    var files = wanted.map { WholeFile(directory + "/" + $0.name) }
    defer { for place in files.indices { files[place].discard() } }
    while failure == nil, let frame = timeline.next() {
      let place: Int?
      switch decoder.decode(frame, into: &segment) {
      case .segment, .cutSegment: place = self.place(of: segment, decoder)
      case .quotedError: place = self.place(of: decoder.quotedError.quoted, decoder)
      default: place = nil
      }
      guard let place else { continue }
      wanted[place].writer.write(
        frame, interfaceName: nil, comment: wanted[place].comments[frame.packet] ?? "")
      if wanted[place].writer.count >= Self.chunk {
        failure = Self.failure(files[place].path) { try files[place].append(wanted[place].writer.take()) }
      }
    }
    for place in files.indices where failure == nil {
      failure = Self.failure(files[place].path) { try files[place].append(wanted[place].writer.take()) }
    }
    for place in files.indices where failure == nil {
      failure = Self.failure(files[place].path) { try files[place].finish() }
      if failure == nil { self.files += 1 }
    }
  }

  private mutating func place(of segment: Segment, _ decoder: borrowing Decoder) -> Int? {
    let ends: Set = [
      Endpoint(address: segment.source, port: segment.sourcePort),
      Endpoint(address: segment.destination, port: segment.destinationPort),
    ]
    guard let places = byTuple[Tuple(ends: ends, ipVersion: segment.ipVersion)] else { return nil }
    let scope = scopes.scope(of: segment, decoder)
    return places.first { wanted[$0].membership.contains(segment, scope: scope) }
  }

  /// What went wrong, in words; nil where nothing did.
  private static func failure(_ path: String, _ step: () throws -> Void) -> String? {
    do { try step() } catch { return "\(path) can't be written: \(error)" }
    return nil
  }
}
