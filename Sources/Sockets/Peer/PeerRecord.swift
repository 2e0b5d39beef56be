internal import Flow
internal import Wire

/// The fields of one record that a comparison needs.
struct PeerRecord {
  private(set) var type = ""
  private(set) var command: String?
  private(set) var host: String?
  private(set) var time: Timestamp?
  private(set) var addresses: [IPAddress] = []
  private(set) var forwards = false
  private(set) var count: Int?
  private(set) var isWhole = true
  private var local: IPAddress?
  private var remote: IPAddress?
  private var localPort: UInt16?
  private var remotePort: UInt16?
  private var version: UInt8 = 4
  private var state: TCPState?
  private var sent: Int64?
  private var received: Int64?
  private var acked: Int64?

  private static let states = Dictionary(uniqueKeysWithValues: TCPState.allCases.map { ($0.name, $0) })

  mutating func take(_ name: String, _ value: RecordScanner.Value) {
    switch (name, value) {
    case ("type", .text(let text)): type = text
    case ("command", .text(let text)): command = text
    case ("host", .text(let text)): host = text
    case ("time", .text(let text)): time = PeerRecord.time(text)
    case ("addresses", .text(let text)): if let found = HostAddresses.parse(text) { addresses.append(found.address) }
    case ("forwards", .flag(let flag)): forwards = flag
    case ("sockets", .number(let number)): count = Int(exactly: number)
    case ("whole", .flag(let flag)): isWhole = flag
    case ("state", .text(let text)): state = PeerRecord.states[text]
    case ("local.address", .text(let text)):
      if let found = HostAddresses.parse(text) { (local, version) = (found.address, found.version) }
    case ("remote.address", .text(let text)): remote = HostAddresses.parse(text)?.address
    case ("local.port", .number(let number)): localPort = UInt16(exactly: number)
    case ("remote.port", .number(let number)): remotePort = UInt16(exactly: number)
    case ("since_data_sent", .number(let number)): sent = PeerRecord.nanoseconds(number)
    case ("since_data_received", .number(let number)): received = PeerRecord.nanoseconds(number)
    case ("since_ack_received", .number(let number)): acked = PeerRecord.nanoseconds(number)
    default: break
    }
  }

  /// nil where a part is missing.
  var socket: PeerSocket? {
    guard let local, let remote, let localPort, let remotePort, let state else { return nil }
    let silence = received.flatMap { received in acked.map { min(received, $0) } }
    return PeerSocket(
      local: Endpoint(address: local, port: localPort), remote: Endpoint(address: remote, port: remotePort),
      ipVersion: version, state: state, quiet: silence.flatMap { silence in sent.map { min($0, silence) } },
      silence: silence)
  }

  /// `2026-11-22T10:00:00.000000123Z`, as we write it.
  static func time(_ text: String) -> Timestamp? {
    let bytes = Array(text.utf8)
    let form = "0000-00-00T00:00:00.000000000Z".utf8
    guard bytes.count == form.count,
      zip(bytes, form).allSatisfy({ $1 == UInt8(ascii: "0") ? (48...57).contains($0) : $0 == $1 })
    else { return nil }
    func number(_ range: Range<Int>) -> Int64 { bytes[range].reduce(0) { $0 * 10 + Int64($1) - 48 } }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    guard (1...12).contains(month), (1...31).contains(day) else { return nil }
    // Years that begin in March: a leap day is the last of its year.
    let era = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let days = era * 365 + era / 4 - era / 100 + era / 400 + dayOfYear - 719_468
    let second = (number(11..<13) * 60 + number(14..<16)) * 60 + number(17..<19)
    return Timestamp(seconds: days * 86_400 + second, nanoseconds: number(20..<29))
  }

  private static func nanoseconds(_ seconds: Double) -> Int64? {
    Int64(exactly: (seconds * 1_000_000_000).rounded())
  }
}
