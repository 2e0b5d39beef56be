internal import Audit
public import Capture
internal import Flow
public import Report
internal import SystemPackage
internal import Wire

/// `--extract DIR`: the packets of each finding's connection as a capture file of its own, comments on those that prove it.
///
/// The first reading notes which connections to take, the second writes them. Bounded: what does not fit is counted.
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
    var isStarted = false
  }

  private var wanted: [Wanted] = []
  private var byTuple: [Tuple: [Int]] = [:]
  /// Connections with findings beyond `limit`.
  public private(set) var omitted = 0
  /// Files that were written, and what could not be.
  public private(set) var files = 0
  public private(set) var failure: String?

  /// Both ends, in either order.
  private struct Tuple: Hashable {
    var ends: Set<Endpoint>
    var ipVersion: UInt8
  }

  public init() {}

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
        membership: Membership(of: facts), name: "\(facts.id)-\(first.finding.rule).pcapng", comments: comments,
        writer: PcapngWriter(comment: first.finding.summary)))
  }

  /// Reads the inputs again and writes the files into `directory`, which is there.
  public mutating func write(to directory: String, from inputs: [String]) throws(FilterError) {
    guard !wanted.isEmpty else { return }
    var timeline = try Timeline(paths: inputs, filter: nil)
    var decoder = Decoder()
    var segment = Segment()
    while failure == nil, let frame = timeline.next() {
      let place: Int?
      switch decoder.decode(frame, into: &segment) {
      case .segment, .cutSegment: place = self.place(of: segment)
      case .quotedError: place = self.place(of: decoder.quotedError.quoted)
      default: place = nil
      }
      guard let place else { continue }
      wanted[place].writer.write(
        frame, interfaceName: nil, comment: wanted[place].comments[frame.packet] ?? "")
      if wanted[place].writer.count >= Self.chunk { append(place, to: directory) }
    }
    for place in wanted.indices where failure == nil { append(place, to: directory) }
  }

  private func place(of segment: Segment) -> Int? {
    let ends: Set = [
      Endpoint(address: segment.source, port: segment.sourcePort),
      Endpoint(address: segment.destination, port: segment.destinationPort),
    ]
    return byTuple[Tuple(ends: ends, ipVersion: segment.ipVersion)]?.first { wanted[$0].membership.contains(segment) }
  }

  /// Appends what waits for one file. Opened and closed each time: descriptors are few, files may be many.
  private mutating func append(_ place: Int, to directory: String) {
    let path = directory + "/" + wanted[place].name
    do {
      let descriptor = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .closeOnExec, wanted[place].isStarted ? .append : .truncate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try descriptor.closeAfter { _ = try descriptor.writeAll(wanted[place].writer.take()) }
    } catch {
      failure = "\(path) can't be written: \(error)"
      return
    }
    if !wanted[place].isStarted { files += 1 }
    wanted[place].isStarted = true
  }
}
