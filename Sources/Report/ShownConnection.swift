internal import Flow
internal import Wire

/// What is shown of a connection beside its findings: who with whom, since when, and how to find it.
struct ShownConnection {
  private let client: Endpoint
  private let server: Endpoint
  private let ipVersion: UInt8
  let start: Moment
  /// Its frames in the file; nil where it goes over two, or is of several interfaces that were merged: then the numbers of some may
  /// lie outside of those of the first and the last.
  private let frames: ClosedRange<UInt64>?
  /// Another connection used its addresses and ports too: it takes its frames to select it.
  var tupleReused: Bool

  init(_ facts: borrowing Facts) {
    client = facts.clientEndpoint
    server = facts.serverEndpoint
    ipVersion = facts.ipVersion
    start = facts.start
    let ends = [facts.client.first, facts.client.last, facts.server.first, facts.server.last]
    frames = ends.contains { $0?.packet.isMoved == true } ? nil : Self.frames(facts.start.packet, facts.end.packet)
    tupleReused = facts.tupleReused
  }

  init(_ refusal: RefusalRecord) {
    client = refusal.client
    server = refusal.server
    ipVersion = refusal.ipVersion
    start = refusal.syn
    frames = Self.frames(refusal.syn.packet, refusal.reset.packet)
    // An attempt whose tuple was used before is a connection at once.
    tupleReused = false
  }

  /// `CLIENT → SERVER`
  var endpoints: String {
    "\(Wording.endpoint(client, ipVersion: ipVersion)) → \(Wording.endpoint(server, ipVersion: ipVersion))"
  }

  /// What happened then is of another connection, which had its addresses and ports before.
  func isPreceded(by moment: Moment) -> Bool { moment.precedes(start) }

  var pair: UsedAgain.Pair { UsedAgain.Pair(client, server) }

  /// Selects the connection in Wireshark: addresses and ports, and its frames where another connection used the same.
  var displayFilter: String {
    var writer = ByteWriter()
    write(displayFilter: &writer)
    if tupleReused { write(frames: &writer) }
    return writer.text
  }

  /// Without its frames.
  func write(displayFilter writer: inout ByteWriter) {
    func addressEquals() { if ipVersion == 6 { writer.literal("ipv6.addr==") } else { writer.literal("ip.addr==") } }
    addressEquals()
    writer.address(client.address, ipVersion: ipVersion)
    writer.literal(" && ")
    addressEquals()
    writer.address(server.address, ipVersion: ipVersion)
    writer.literal(" && tcp.port==")
    writer.decimal(UInt64(client.port))
    writer.literal(" && tcp.port==")
    writer.decimal(UInt64(server.port))
  }

  /// What is added where it takes its frames. Their numbers count within one file: a connection that goes over two gets no range.
  func write(frames writer: inout ByteWriter) {
    guard let frames else { return }
    writer.literal(" && frame.number>=")
    writer.decimal(frames.lowerBound)
    writer.literal(" && frame.number<=")
    writer.decimal(frames.upperBound)
  }

  private static func frames(_ first: PacketReference, _ last: PacketReference) -> ClosedRange<UInt64>? {
    first.input == last.input && first.number <= last.number && !first.isMoved && !last.isMoved
      ? first.number...last.number : nil
  }
}
