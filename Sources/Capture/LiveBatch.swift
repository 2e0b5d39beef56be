internal import CLibpcap
internal import Wire

/// Packets that libpcap handed over together: asked for one at a time, each is copied (pcap_next_ex), and each question costs as much as
/// decoding its packet.
///
/// What nearly all of them are is decoded where the kernel has it (`decode`). The first that is anything else, and what comes behind it in
/// the same hand-over, is copied out of the kernel's ring, and waits to be taken.
///
/// Plain words, freed by its owner (`LiveInterface.close`), so that reading from it counts no references.
///
/// Why the unsafe lines hold: `memory` is a `State` and `capacity` bytes behind it, allocated by `init` and freed once, by `free`; `append`
/// writes below `capacity` only, and what lies between `next` and `end` was written by it; libpcap calls it during `refill` and `decode`
/// and never else, with a header and as many bytes as that says; `segments` is the array that `decode` was lent, for as long as it runs,
/// and a place in it is written only below its count.
@safe struct LiveBatch: BitwiseCopyable {
  @safe private struct State: BitwiseCopyable {
    /// Bytes that packets may take.
    var capacity: Int
    /// Of the next packet, and behind the last one.
    var next = 0
    var end = 0
    /// When the packet before the next one came, ns since 1970.
    var lastTime = Int64.min
    /// What is being decoded, while it is.
    var decoding: UnsafeMutablePointer<Decoding>?
  }

  /// How far `decode` has come.
  @safe private struct Decoding: BitwiseCopyable {
    let segments: UnsafeMutablePointer<Segment>
    var place: Int
    let most: Int
    let latest: Int64
    let interface: UInt16
    var passed: LivePassed
    /// Before the first of them.
    let packet: PacketReference
    let ordinal: UInt64
  }

  /// What the record of a packet says before its bytes.
  struct Head: BitwiseCopyable {
    /// ns since 1970.
    var time: Int64 = 0
    /// Bytes that were captured, and that were on the wire.
    var captured: UInt32 = 0
    var length: UInt32 = 0
  }

  /// Most packets at a time: at the usual snaplen as many as stay in the nearest cache.
  private static var most: Int { 64 }
  /// What a link-layer header that libpcap makes up or a VLAN tag that it puts back adds to a snaplen, bytes, and more.
  private static var added: Int { 64 }
  /// Bytes, however large the snaplen; where one packet may take more, that one.
  private static var usual: Int { 1 << 20 }
  private static var stateSize: Int { 64 }
  /// Bytes before those of a packet: seconds, nanoseconds, captured length, length, in this machine's order.
  private static var headSize: Int { 16 }

  private let memory: UnsafeMutableRawPointer
  /// Packets that there is room for, whatever their sizes.
  private let count: CInt

  /// - Parameter snaplen: bytes of a packet, at most 256 KiB (libpcap's MAXIMUM_SNAPLEN).
  init(snaplen: Int) {
    let slot = LiveBatch.size(min(max(snaplen, 0), 262_144) + LiveBatch.added)
    count = CInt(max(1, min(LiveBatch.most, LiveBatch.usual / slot)))
    let capacity = Int(count) * slot
    unsafe memory = .allocate(byteCount: LiveBatch.stateSize + capacity, alignment: 16)
    unsafe memory.initializeMemory(as: State.self, to: State(capacity: capacity))
  }

  func free() { unsafe memory.deallocate() }

  private var state: UnsafeMutablePointer<State> {
    @inline(__always) get { unsafe memory.assumingMemoryBound(to: State.self) }
  }

  /// With its head.
  @inline(__always) private static func size(_ captured: Int) -> Int { headSize + captured }

  @inline(__always) var isEmpty: Bool { unsafe state.pointee.next >= state.pointee.end }

  /// When the packet came that was taken last; `.min` before the first.
  @inline(__always) var lastTime: Int64 { unsafe state.pointee.lastTime }

  /// Of the next packet; of nothing where there is none.
  @inline(__always) var head: Head {
    guard !isEmpty else { return Head() }
    let start = unsafe memory + LiveBatch.stateSize + state.pointee.next
    let seconds = unsafe start.loadUnaligned(as: UInt32.self)
    let nanoseconds = unsafe start.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    return unsafe Head(
      time: Int64(seconds) &* 1_000_000_000 &+ Int64(nanoseconds),
      captured: start.loadUnaligned(fromByteOffset: 8, as: UInt32.self),
      length: start.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
  }

  /// The bytes of the next packet, until the batch is filled again; it is the next no longer.
  @inline(__always) func take() -> UnsafeRawBufferPointer {
    guard !isEmpty else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    let head = head
    let start = unsafe LiveBatch.stateSize + state.pointee.next + LiveBatch.headSize
    unsafe state.pointee.next += LiveBatch.size(Int(head.captured))
    unsafe state.pointee.lastTime = head.time
    return unsafe UnsafeRawBufferPointer(start: memory + start, count: Int(head.captured))
  }

  /// Takes over what is there, as far as there is room; what was not taken is given up.
  /// - Returns: pcap_dispatch's: how many packets, 0 for none now, below 0 where the interface is gone.
  func refill(_ handle: OpaquePointer, _ live: LibpcapLive) -> CInt {
    unsafe state.pointee.next = 0
    unsafe state.pointee.end = 0
    return unsafe live.dispatch(
      handle, count, { unsafe LiveBatch.append($0, $1, $2) }, memory.assumingMemoryBound(to: UInt8.self))
  }

  /// Decodes what is there into `segments` from `place` on, as far as it is Ethernet, dated in its turn, and what nearly all packets
  /// are; what comes behind one that is not waits to be taken. Nothing while packets wait.
  /// - Parameters:
  ///   - packet: the one before them.
  ///   - frames: frames of the run before them.
  ///   - times: none may be earlier or later, ns since 1970.
  /// - Returns: pcap_dispatch's, and what was decoded.
  func decode(
    _ handle: OpaquePointer, _ live: LibpcapLive, into segments: inout InlineArray<32, Segment>, from place: Int,
    most: Int, after packet: PacketReference, frames: UInt64, within times: ClosedRange<Int64>
  ) -> (result: CInt, passed: LivePassed) {
    let start = max(lastTime, times.lowerBound)
    guard isEmpty, place >= 0, place < segments.count, most > 0 else { return (0, LivePassed(time: start)) }
    let most = min(segments.count - place, most)
    var span = segments.mutableSpan
    return unsafe span.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return (0, LivePassed(time: start)) }
      var decoding = unsafe Decoding(
        segments: base, place: place, most: place + most, latest: times.upperBound,
        interface: UInt16(truncatingIfNeeded: packet.input), passed: LivePassed(time: start), packet: packet,
        ordinal: frames)
      unsafe state.pointee.next = 0
      unsafe state.pointee.end = 0
      let result = unsafe withUnsafeMutablePointer(to: &decoding) { pointer in
        unsafe state.pointee.decoding = pointer
        defer { unsafe state.pointee.decoding = nil }
        return unsafe live.dispatch(
          handle, min(count, CInt(most)), { unsafe LiveBatch.append($0, $1, $2) },
          memory.assumingMemoryBound(to: UInt8.self))
      }
      if decoding.passed.packets > 0 { unsafe state.pointee.lastTime = decoding.passed.time }
      return (result, decoding.passed)
    }
  }

  /// Says whether the packet was decoded.
  @inline(__always) private static func decode(
    _ header: tcpaudit_pcap_header, _ bytes: UnsafePointer<UInt8>, _ decoding: UnsafeMutablePointer<Decoding>
  ) -> Bool {
    let time = time(of: header)
    let place = unsafe decoding.pointee.place
    guard unsafe place < decoding.pointee.most, unsafe time >= decoding.pointee.passed.time,
      unsafe time <= decoding.pointee.latest
    else { return false }
    let span = unsafe RawSpan(_unsafeStart: bytes, byteCount: Int(header.captured))
    guard unsafe Decoder.decodePlain(span, into: &decoding.pointee.segments[place]) else { return false }
    unsafe decoding.pointee.place = place + 1
    unsafe decoding.pointee.passed.packets &+= 1
    let packets = unsafe decoding.pointee.passed.packets
    unsafe decoding.pointee.passed.originalBytes &+= UInt64(header.length)
    unsafe decoding.pointee.passed.time = time
    unsafe decoding.pointee.segments[place].date(
      Timestamp(nanoseconds: time), PacketReference(rawValue: decoding.pointee.packet.rawValue &+ packets),
      ordinal: decoding.pointee.ordinal &+ packets, interface: decoding.pointee.interface)
    return true
  }

  /// ns since 1970: libpcap was asked for nanoseconds.
  @inline(__always) private static func time(of header: tcpaudit_pcap_header) -> Int64 {
    Int64(header.time.tv_sec) &* 1_000_000_000 &+ Int64(header.time.tv_usec)
  }

  private static func append(
    _ context: UnsafeMutablePointer<UInt8>?, _ header: UnsafePointer<tcpaudit_pcap_header>?,
    _ bytes: UnsafePointer<UInt8>?
  ) {
    guard let context = unsafe context, let header = unsafe header?.pointee, let bytes = unsafe bytes else { return }
    let memory = UnsafeMutableRawPointer(context)
    let state = unsafe memory.assumingMemoryBound(to: State.self)
    if let decoding = unsafe state.pointee.decoding {
      if unsafe decode(header, bytes, decoding) { return }
      // Packets stay in their order.
      unsafe state.pointee.decoding = nil
    }
    let place = unsafe state.pointee.end
    // There is room for as many as were asked for, as long as none is larger than its snaplen: such a one is cut.
    let room = unsafe state.pointee.capacity - place - headSize
    guard room >= 0 else { return }
    let captured = min(Int(header.captured), room)
    let start = unsafe memory + stateSize + place
    unsafe start.storeBytes(of: UInt32(clamping: header.time.tv_sec), as: UInt32.self)
    unsafe start.storeBytes(of: UInt32(truncatingIfNeeded: header.time.tv_usec), toByteOffset: 4, as: UInt32.self)
    unsafe start.storeBytes(of: UInt32(truncatingIfNeeded: captured), toByteOffset: 8, as: UInt32.self)
    unsafe start.storeBytes(of: header.length, toByteOffset: 12, as: UInt32.self)
    unsafe (start + headSize).copyMemory(from: bytes, byteCount: captured)
    unsafe state.pointee.end = place + size(captured)
  }
}
