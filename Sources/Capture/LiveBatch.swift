internal import CLibpcap
internal import Wire

/// Packets that libpcap handed over together, copied out of the kernel's ring: asked for one at a time, each is copied too (pcap_next_ex),
/// and each question costs as much as decoding its packet.
///
/// They lie there as the records of a pcap file with nanoseconds, so that `UsualRecords` reads them as it reads a file.
///
/// Plain words, freed by its owner (`LiveInterface.close`), so that reading from it counts no references.
///
/// Why the unsafe lines hold: `memory` is a `State` and `capacity` bytes behind it, allocated by `init` and freed once, by `free`; `append`
/// writes below `capacity` only, and what lies between `next` and `end` was written by it; libpcap calls it during `refill` and never
/// else, with a header and as many bytes as that says.
@safe struct LiveBatch: BitwiseCopyable {
  private struct State: BitwiseCopyable {
    /// Bytes that packets may take.
    var capacity: Int
    /// Of the next packet, and behind the last one.
    var next = 0
    var end = 0
    /// When the packet before the next one came, ns since 1970.
    var lastTime = Int64.min
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
      time: LiveBatch.layout.time(seconds, nanoseconds),
      captured: start.loadUnaligned(fromByteOffset: 8, as: UInt32.self),
      length: start.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
  }

  /// Of the records.
  static var layout: UsualLayout {
    var layout = UsualLayout()
    layout.unit = 1
    return layout
  }

  /// All records that were not taken yet, until the batch is filled again.
  var records: UnsafeRawBufferPointer {
    let (next, end) = unsafe (state.pointee.next, state.pointee.end)
    return unsafe UnsafeRawBufferPointer(start: memory + LiveBatch.stateSize + next, count: max(0, end - next))
  }

  /// Goes on behind what was read of `records`.
  func pass(_ passed: UsualRecords.Passed) {
    guard passed.packets > 0 else { return }
    unsafe state.pointee.next = min(state.pointee.next + passed.bytes, state.pointee.end)
    unsafe state.pointee.lastTime = passed.time
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

  private static func append(
    _ context: UnsafeMutablePointer<UInt8>?, _ header: UnsafePointer<tcpaudit_pcap_header>?,
    _ bytes: UnsafePointer<UInt8>?
  ) {
    guard let context = unsafe context, let header = unsafe header?.pointee, let bytes = unsafe bytes else { return }
    let memory = UnsafeMutableRawPointer(context)
    let state = unsafe memory.assumingMemoryBound(to: State.self)
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
