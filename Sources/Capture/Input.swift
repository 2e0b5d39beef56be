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
  /// The section that is read has several interfaces, or the one before it has and its packets still wait.
  private var isMerged = false
  /// Whether the head is one of those that waited: then `merge` lends it.
  private(set) var isHeld = false
  private(set) var merge = InterfaceMerge()
  /// Which of pcapng's sections `merge` is used for, and which stays in the order of the file.
  private var mergedSection = 0
  private var plainSection = 0
  /// Where it `isMerged`: what was read last, and what is to become of it.
  private var ahead: Ahead?
  private struct Ahead {
    let head: PacketHead
    let mayWait: Bool
  }

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
    do throws(CaptureError) {
      try input.recognise(&notes)
    } catch {
      throw error.met(in: input.source)
    }
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
    case .pcapng where !isMerged: .pcapng
    default: .none
    }
  }

  /// The next packet's head where there is nothing to say about it and it is not later than `latest`; else nil, and
  /// `readHead` has to look.
  @inline(__always) mutating func usualPcapngHead(latest: Int64) -> PacketHead? {
    guard let head = pcapng.usual(&source, latest: latest) else { return nil }
    number &+= 1
    return head
  }

  /// A pcap's packets that are whole in the window, none later than `latest`: what comes of them, `pass` has to be told.
  @_lifetime(&self)
  mutating func usualRecords(_ most: UInt64, frames: UInt64, latest: Int64) -> UsualRecords {
    let reference = PacketReference(input: index, number: number)
    let (layout, time) = (pcap.layout, pcap.previous)
    return UsualRecords(source.window(), layout, after: reference, frames: frames, most: most, from: time, to: latest)
  }

  mutating func pass(_ passed: UsualRecords.Passed) {
    number &+= passed.packets
    pcap.pass(passed.time)
    source.advance(passed.bytes)
  }

  /// Reads the next packet's head; false at the end, and at damage, which is noted.
  mutating func readHead(_ notes: inout Notes) -> Bool {
    if isMerged { return readMerged(&notes) }
    guard readNext(&notes) else { return false }
    return pcapng.interfaces.count < 2 || pcapng.sections == plainSection || beginMerge(&notes)
  }

  /// As `readHead`, in the order of the file.
  @inline(__always) private mutating func readNext(_ notes: inout Notes) -> Bool {
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
    notes.errors.append(error.met(in: source))
    hasHead = false
    format = .none
  }

  // MARK: Several interfaces

  /// The head that was read is the first of a section that has several, or the first since it has.
  @inline(never) private mutating func beginMerge(_ notes: inout Notes) -> Bool {
    isMerged = true
    mergedSection = pcapng.sections
    merge.begin()
    meet(head)
    return readMerged(&notes)
  }

  private mutating func meet(_ head: PacketHead) {
    hasHead = false
    guard pcapng.sections == mergedSection else {
      ahead = Ahead(head: head, mayWait: false)
      return
    }
    if !merge.meet(head, number: number) { plainSection = mergedSection }
    ahead = Ahead(head: head, mayWait: plainSection != mergedSection && head.captured <= InterfaceMerge.byteLimit)
  }

  /// Reads on until it is known which packet is next.
  @inline(never) private mutating func readMerged(_ notes: inout Notes) -> Bool {
    while true {
      if ahead == nil { readAhead(&notes) }
      if merge.give(before: ahead.flatMap { $0.mayWait ? $0.head : nil }, number: number) {
        head = merge.head
        isHeld = true
        hasHead = true
        return true
      }
      guard let next = ahead else { return false }
      ahead = nil
      if next.mayWait {
        merge.hold(next.head, number: number, source.peek(Int(next.head.captured)))
        source.advance(Int(next.head.captured))
        continue
      }
      // Nothing waits any more.
      head = next.head
      isHeld = false
      hasHead = true
      isMerged = pcapng.sections == mergedSection && mergedSection != plainSection
      return isMerged || pcapng.interfaces.count < 2 || pcapng.sections == plainSection || beginMerge(&notes)
    }
  }

  private mutating func readAhead(_ notes: inout Notes) {
    if format == .pcapng, let usual = usualPcapngHead(latest: .max) {
      if usual.time > notes.end { notes.end = usual.time }
      meet(usual)
    } else if readNext(&notes) {
      meet(head)
    } else {
      format = .none
    }
  }

  /// The head's packet: its bytes are next.
  mutating func takeHead() { hasHead = false }

  /// Nothing more of it is read.
  mutating func abandon() {
    hasHead = false
    format = .none
    isMerged = false
    ahead = nil
  }
}

/// Inputs that are open and wait for their turn: so that many can lie in an array.
final class WaitingInput {
  var input: Input

  init(_ input: consuming Input) { self.input = input }

  var time: Int64 { input.head.time }
}
