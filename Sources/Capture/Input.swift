internal import Wire

/// One input being read: its bytes, and the reader that knows their format.
struct Input: ~Copyable {
  private enum Format { case none, pcap, pcapng }

  let index: Int
  var source: ByteSource
  /// The packet that comes next, where `hasHead`; its bytes are the next of the source.
  private(set) var head = PacketHead()
  private(set) var hasHead = false
  /// Number of that packet, 1-based, as Wireshark counts.
  private(set) var number: UInt64 = 0
  private var format = Format.none
  private var pcap: PcapReader?
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

  /// Reads the next packet's head; false at the end, and at damage, which is noted.
  @inline(__always) mutating func readHead(_ notes: inout Notes) -> Bool {
    do throws(CaptureError) {
      let next: PacketHead?
      switch format {
      case .pcap: next = try pcap?.next(&source, input: index, number: &number, notes: &notes)
      case .pcapng: next = try pcapng.next(&source, input: index, number: &number, notes: &notes)
      case .none: next = nil
      }
      guard let next else { return false }
      head = next
      hasHead = true
      return true
    } catch {
      notes.errors.append(error)
      // Nothing behind damage is believed.
      format = .none
      return false
    }
  }

  /// The head's packet: its bytes are next.
  @inline(__always) mutating func takeHead() { hasHead = false }

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
