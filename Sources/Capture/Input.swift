internal import Wire

/// One input being read: its bytes, and the reader that knows their format.
struct Input: ~Copyable {
  private enum Format { case none, pcap, pcapng }
  /// The short ways to the next packet.
  enum Lane { case none, pcap, pcapng }

  let index: Int
  var source: ByteSource
  /// The packet that comes next, where `hasHead`; its bytes are the next of the source.
  private(set) var head = PacketHead()
  private(set) var hasHead = false
  /// Number of that packet, 1-based, as Wireshark counts.
  private(set) var number: UInt64 = 0
  private var format = Format.none
  private var pcap = PcapReader()
  private var pcapng = PcapngReader()

  /// Nothing to read.
  init() {
    index = 0
    source = ByteSource()
  }

  private init(_ source: consuming ByteSource, index: Int) {
    self.index = index
    self.source = source
  }

  static func open(
    _ path: String, index: Int, buffer: Int = ByteSource.bufferSize, notes: inout Notes
  ) throws(CaptureError) -> Input {
    var input = Input(try ByteSource.open(path, buffer: buffer), index: index)
    try input.recognise(&notes)
    return input
  }

  private mutating func recognise(_ notes: inout Notes) throws(CaptureError) {
    guard try source.fill(4) else { throw try ForeignFormat.error(&source) }
    let magic = source.u32(at: 0)
    if PcapReader.recognises(magic) {
      pcap = try PcapReader(&source, input: index, notes: &notes)
      format = .pcap
    } else if magic == PcapngReader.BlockType.section, try source.fill(12), PcapngReader.begins(source) {
      format = .pcapng
    } else {
      throw try ForeignFormat.error(&source)
    }
  }

  /// How far it has got, ns; `.min` where it has no packet so far.
  var reached: Int64 { max(pcap.previous, pcapng.latest == .min ? .min : max(pcapng.latest, pcapng.stopped)) }

  /// Which reader may be asked for the usual packets.
  var lane: Lane {
    switch format {
    case .pcap where pcap.isUsual: .pcap
    case .pcapng: .pcapng
    default: .none
    }
  }

  /// The next packet's head where there is nothing to say about it and it is not later than `latest`; else nil, and
  /// `readHead` has to look.
  @inline(__always) mutating func usualPcapHead(latest: Int64) -> PacketHead? {
    guard let head = pcap.usual(&source, latest: latest) else { return nil }
    number &+= 1
    return head
  }

  @inline(__always) mutating func usualPcapngHead(latest: Int64) -> PacketHead? {
    guard let head = pcapng.usual(&source, latest: latest) else { return nil }
    number &+= 1
    return head
  }

  /// Reads the next packet's head; false at the end, and at damage, which is noted.
  mutating func readHead(_ notes: inout Notes) -> Bool {
    do throws(CaptureError) {
      let next =
        switch format {
        case .pcap: try pcap.next(&source, input: index, number: &number, notes: &notes)
        case .pcapng: try pcapng.next(&source, input: index, number: &number, notes: &notes)
        case .none: nil as PacketHead?
        }
      guard let next else { return false }
      head = next
      hasHead = true
      return true
    } catch {
      end(error, &notes)
      return false
    }
  }

  /// Nothing behind damage is believed.
  @inline(never) private mutating func end(_ error: CaptureError, _ notes: inout Notes) {
    notes.errors.append(error)
    abandon()
  }

  /// The head's packet: its bytes are next.
  mutating func takeHead() { hasHead = false }

  /// Nothing more of it is read.
  mutating func abandon() {
    hasHead = false
    format = .none
  }
}

/// Inputs that are open and wait for their turn: so that many can lie in an array.
final class WaitingInput {
  var input: Input

  init(_ input: consuming Input) { self.input = input }

  var time: Int64 { input.head.time }
}
