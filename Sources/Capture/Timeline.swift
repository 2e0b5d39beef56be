public import Wire

/// One interface of one input.
public struct CaptureInterface: Hashable, Sendable {
  /// Index of the input.
  public var input: Int
  /// Its own name (pcapng `if_name`); nil where the file has none.
  public var name: String?
  /// Of all its packets (pcap's header, pcapng's interface description).
  public var linkType: LinkType
  /// Most bytes that a packet was captured with; 0 is no limit known.
  public var snaplen: UInt32

  /// - Parameter input: its index in `Timeline.paths`.
  public init(input: Int, name: String?, linkType: LinkType, snaplen: UInt32) {
    self.input = input
    self.name = name
    self.linkType = linkType
    self.snaplen = snaplen
  }
}

/// Several inputs as one, in order of time: a file is opened when the timeline reaches its first packet; within one
/// interface the file's order is kept, and several interfaces of one file are merged as far as they are half a second apart.
public struct Timeline: ~Copyable {
  /// Most inputs of one run: `PacketReference` has 16 bits for them.
  public static var inputLimit: Int { 65_536 }

  /// As they were given.
  public let paths: [String]
  /// Frames so far, those that the filter refused included.
  public private(set) var frames: UInt64 = 0
  /// The sizes of all inputs as they lie on disk, where all are known: for a progress line.
  public private(set) var bytesTotal: UInt64?

  private var notes = Notes()
  private var current = Input()
  private var schedule = Schedule()
  /// The earliest packet of any other input, ns; `.max` is none.
  private var othersFrom = Int64.max
  private var filter: PacketFilter?
  /// The short way to the current input's packets; no head of it waits then, between calls.
  private var lane = Input.Lane.none

  /// - Parameters:
  ///   - paths: files; `-` is standard input.
  ///   - filter: libpcap's syntax; what it refuses has a number, and is not handed out.
  public init(paths: [String], filter: String? = nil) throws(FilterError) {
    self.paths = paths
    bytesTotal = paths.reduce(UInt64(0) as UInt64?) { sum, path in
      guard let sum, let size = InputFile.size(of: path) else { return nil }
      return sum &+ size
    }
    schedule = Schedule(paths: paths, notes: &notes)
    othersFrom = schedule.earliest
    guard let filter else { return }
    var compiled = try PacketFilter(filter)
    // The first packet says for which link type it must hold; a mistake is told before anything is done.
    if switchInput() {
      lane = .none
      try compiled.prepare(current.head.interface, notes.interfaces[Int(current.head.interface)])
    }
    self.filter = compiled
  }

  /// `[Frame.interface]`, as far as was read.
  public var interfaces: [CaptureInterface] { notes.interfaces }
  /// What could not be read: the other inputs go on.
  public var errors: [CaptureError] { notes.errors }
  /// So far; whole at the end of all inputs.
  public var loss: CaptureLoss { notes.loss }
  /// The time of the latest packet, or pcapng's `isb_endtime` where that is later; nil while nothing was read.
  public var recordingEnd: Timestamp? { notes.end == .min ? nil : Timestamp(nanoseconds: notes.end) }
  /// `[input]`: when the recording ends that it is a part of; empty where all end with the latest packet.
  public var recordingEnds: [Timestamp] { notes.loss.endsOfRecordings(inputs: paths.count) }
  /// `[input]`, of those that go on with the recording of another: the first input of it.
  public var continued: [Int: Int] { notes.loss.recordings.continued }
  /// `CaptureLoss.seams`, as far as is known.
  public var seams: [ClosedRange<Timestamp>] { notes.loss.seams }
  /// Bytes read from all inputs so far, as they lie on disk.
  public var bytesRead: UInt64 { schedule.bytesRead &+ current.source.bytesRead }

  /// The next frame, valid until the next call; nil at the end of all inputs. Damage ends one input and is noted in `errors`.
  @_lifetime(&self)
  public mutating func next() -> Frame? {
    guard lane == .pcapng, let head = current.usualPcapngHead(latest: othersFrom) else { return nextOfAny() }
    count(head)
    return frame(head)
  }

  /// The next frames of a pcap file, `most` at most and perhaps none, without asking for each of them. `pass` has to be told how far
  /// it got before anything else is asked for.
  @_lifetime(&self)
  public mutating func usualRecords(_ most: UInt64) -> UsualRecords {
    current.usualRecords(lane == .pcap ? most : 0, frames: frames, latest: othersFrom)
  }

  /// Goes on behind what `usualRecords` has read; nothing where it has read no packet.
  public mutating func pass(_ passed: UsualRecords.Passed) {
    guard passed.packets > 0 else { return }
    current.pass(passed)
    frames &+= passed.packets
    if passed.time > notes.end { notes.end = passed.time }
  }

  @inline(__always) private mutating func count(_ head: PacketHead) {
    frames &+= 1
    if head.time > notes.end { notes.end = head.time }
  }

  /// The whole way, of which `next` is the shortcut.
  @inline(never) @_lifetime(&self)
  private mutating func nextOfAny() -> Frame? {
    while true {
      if !current.hasHead && !current.readHead(&notes) || current.head.time > othersFrom {
        guard switchInput() else { return nil }
        continue
      }
      current.takeHead()
      frames &+= 1
      if filter == nil || passesFilter() { break }
    }
    // Interfaces may have been described, and a section may have ended.
    lane = filter == nil ? current.lane : .none
    if current.isHeld { return heldFrame() }
    return frame(current.head)
  }

  /// The packet that has waited for those of other interfaces.
  @inline(never) @_lifetime(&self)
  private mutating func heldFrame() -> Frame {
    let head = current.head
    let packet = current.merge.packet(input: current.index)
    let ordinal = frames
    return Frame(
      bytes: current.merge.span, originalLength: Int(head.original), time: Timestamp(nanoseconds: head.time),
      packet: packet, ordinal: ordinal, linkType: LinkType(rawValue: head.linkType), interface: head.interface)
  }

  /// The packet whose bytes are the next of the current source.
  @inline(__always) @_lifetime(&self)
  private mutating func frame(_ head: PacketHead) -> Frame {
    let packet = PacketReference(input: current.index, number: current.number)
    let ordinal = frames
    return Frame(
      bytes: current.source.take(Int(head.captured)), originalLength: Int(head.original),
      time: Timestamp(nanoseconds: head.time), packet: packet, ordinal: ordinal,
      linkType: LinkType(rawValue: head.linkType), interface: head.interface)
  }

  /// Makes the input with the earliest packet the current one, its head read; false when no input has any.
  @inline(never) private mutating func switchInput() -> Bool {
    let found = schedule.exchange(&current, notes: &notes)
    othersFrom = schedule.earliest
    lane = filter == nil ? current.lane : .none
    return found
  }

  /// Whether the filter lets the packet pass whose bytes are next; if not, they are left behind.
  @inline(never) private mutating func passesFilter() -> Bool {
    let head = current.head
    do throws(FilterError) {
      try filter?.prepare(head.interface, notes.interfaces[Int(head.interface)])
    } catch {
      notes.errors.append(
        CaptureError(
          path: current.source.path, offset: current.source.offset,
          cause: "the filter can't be used on interface \(head.interface): \(error.cause)",
          mend: "read this input without a filter"))
      current.abandon()
      return false
    }
    if current.isHeld { return filter?.accepts(current.merge.span, head) ?? true }
    let length = Int(head.captured)
    if filter?.accepts(current.source.peek(length), head) ?? true { return true }
    current.source.advance(length)
    return false
  }
}
