internal import CLibpcap
internal import Glibc
internal import Wire

/// One interface that is captured on: a TPACKET_V3 ring that libpcap fills and reads.
///
/// Plain words, closed by its owner (`LiveCapture`), so that reading from it counts no references.
///
/// Why the unsafe lines hold: the handle is made by `open` and closed once, by `close`, after which it is nil, with what it has filled; ioctl(2)
/// is lent a structure of the size that it takes. It is Sendable as it belongs to one thread at a time (`InterfaceOpener`).
@safe struct LiveInterface: BitwiseCopyable, @unchecked Sendable {
  /// How long the kernel keeps a block that is not full, ms.
  static var blockTime: CInt { 20 }

  private var handle: OpaquePointer?
  private var batch: LiveBatch?
  private(set) var descriptor: CInt = -1
  private(set) var linkType: UInt16 = 0
  /// It had nothing when it was asked last: it need not be asked again before somebody has waited.
  var isDry = false
  /// Drops that were counted already.
  private var dropped: UInt32 = 0
  private var interfaceDropped: UInt32 = 0

  init() {}

  var isOpen: Bool { unsafe handle != nil }

  /// - Throws: why not; the interface may be down.
  static func open(
    _ name: String, _ options: LiveOptions, _ libpcap: Libpcap, _ live: LibpcapLive
  ) throws(LiveError) -> LiveInterface {
    var text = [CChar](repeating: 0, count: Int(TCPAUDIT_PCAP_ERRBUF_SIZE))
    guard let handle = unsafe live.create(name, &text) else {
      throw LiveError(kind: .unavailable, interface: name, cause: words(text))
    }
    do throws(LiveError) {
      try unsafe configure(handle, name, options, live)
      let result = unsafe live.activate(handle)
      // Above 0 are warnings: without promiscuity, or with the host's clock, it is a capture all the same.
      guard result >= 0 else { throw unsafe failure(result, handle, name, libpcap, live) }
      // With the interface's index, since libpcap 1.10; before it the other cooked header, without.
      if name == "any" { _ = unsafe live.setDataLink(handle, CInt(LinkType.linuxCooked2.rawValue)) }
      try unsafe filter(handle, name, options, libpcap, live)
      guard unsafe live.setNonblock(handle, 1, &text) == 0 else {
        throw LiveError(kind: .unavailable, interface: name, cause: words(text))
      }
    } catch {
      unsafe libpcap.close(handle)
      throw error
    }
    var interface = LiveInterface()
    unsafe interface.handle = handle
    interface.batch = LiveBatch(snaplen: options.snaplen)
    interface.descriptor = unsafe live.descriptor(handle)
    interface.linkType = UInt16(truncatingIfNeeded: unsafe libpcap.dataLink(handle))
    return interface
  }

  private static func configure(
    _ handle: OpaquePointer, _ name: String, _ options: LiveOptions, _ live: LibpcapLive
  ) throws(LiveError) {
    _ = unsafe live.setSnaplen(handle, CInt(clamping: options.snaplen))
    _ = unsafe live.setPromiscuous(handle, options.promiscuous ? 1 : 0)
    _ = unsafe live.setTimeout(handle, blockTime)
    _ = unsafe live.setBufferSize(handle, CInt(clamping: options.bufferBytes))
    _ = unsafe live.setPrecision(handle, CInt(TCPAUDIT_PCAP_TSTAMP_PRECISION_NANO))
    guard let wanted = options.timestamps else { return }
    let type = unsafe live.timestampType(wanted)
    let offered = unsafe timestamps(handle, live)
    // The host's clock is the default, and always there.
    guard offered.contains(wanted) || wanted == "host", type >= 0 else {
      let list = offered.isEmpty ? "host" : offered.joined(separator: ", ")
      throw LiveError(kind: .usage, interface: name, cause: "no timestamps by “\(wanted)”; it offers \(list)")
    }
    if offered.contains(wanted) { _ = unsafe live.setTimestampType(handle, type) }
  }

  private static func timestamps(_ handle: OpaquePointer, _ live: LibpcapLive) -> [String] {
    var types: UnsafeMutablePointer<CInt>?
    let count = unsafe live.timestampTypes(handle, &types)
    guard count > 0, let list = unsafe types else { return [] }
    defer { unsafe live.freeTimestampTypes(list) }
    var names: [String] = []
    for place in 0..<Int(count) {
      if let name = unsafe live.timestampName(list[place]) { names.append(unsafe String(cString: name)) }
    }
    return names
  }

  private static func failure(
    _ result: CInt, _ handle: OpaquePointer, _ name: String, _ libpcap: Libpcap, _ live: LibpcapLive
  ) -> LiveError {
    var cause = unsafe live.status(result).map { unsafe String(cString: $0) } ?? "error \(result)"
    if let more = unsafe libpcap.error(handle).map({ unsafe String(cString: $0) }), !more.isEmpty { cause = more }
    let kind: LiveError.Kind =
      switch result {
      case CInt(TCPAUDIT_PCAP_ERROR_PERM_DENIED), CInt(TCPAUDIT_PCAP_ERROR_PROMISC_PERM_DENIED): .notPermitted
      case CInt(TCPAUDIT_PCAP_ERROR_IFACE_NOT_UP): .down
      case CInt(TCPAUDIT_PCAP_ERROR_CANTSET_TSTAMP_TYPE): .usage
      default: .unavailable
      }
    return LiveError(kind: kind, interface: name, cause: cause)
  }

  private static func filter(
    _ handle: OpaquePointer, _ name: String, _ options: LiveOptions, _ libpcap: Libpcap, _ live: LibpcapLive
  ) throws(LiveError) {
    var cause = ""
    for text in LiveFilter(user: options.filter, tunnels: options.tunnels).texts {
      var code = unsafe tcpaudit_bpf_program()
      if unsafe libpcap.compile(handle, &code, text, 1, TCPAUDIT_PCAP_NETMASK_UNKNOWN) == 0 {
        defer { unsafe libpcap.freeCode(&code) }
        if unsafe live.setFilter(handle, &code) == 0 { return }
      }
      cause = unsafe libpcap.error(handle).map { unsafe String(cString: $0) } ?? "libpcap does not compile the filter"
    }
    throw LiveError(kind: .unavailable, interface: name, cause: cause)
  }

  private static func words(_ text: [CChar]) -> String {
    String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  mutating func close(_ libpcap: Libpcap) {
    if let handle = unsafe handle { unsafe libpcap.close(handle) }
    unsafe handle = nil
    batch?.free()
    batch = nil
    descriptor = -1
  }

  /// A packet waits.
  @inline(__always) var hasHead: Bool { batch.map { !$0.isEmpty } ?? false }
  /// Of that packet.
  @inline(__always) var head: LiveBatch.Head { batch?.head ?? LiveBatch.Head() }
  /// When the packet before it came, ns since 1970; `.min` where there was none.
  @inline(__always) var lastTime: Int64 { batch?.lastTime ?? .min }

  /// Asks for the next packets where none waits; false where the interface is gone.
  mutating func fill(_ live: LibpcapLive) -> Bool {
    guard !isDry, let handle = unsafe handle, let batch, batch.isEmpty else { return true }
    let result = unsafe batch.refill(handle, live)
    if batch.isEmpty { isDry = true }
    return result >= 0
  }

  /// What libpcap says of its end.
  func error(_ libpcap: Libpcap) -> String {
    guard let handle = unsafe handle, let text = unsafe libpcap.error(handle) else { return "it went away" }
    return unsafe String(cString: text)
  }

  /// The bytes of the head, until the next `fill`; it is the head no longer.
  @inline(__always) func take() -> UnsafeRawBufferPointer {
    unsafe batch?.take() ?? UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// Decodes the next packets, as `LiveBatch.decode` does. False beside them where the interface is gone.
  mutating func decode(
    _ live: LibpcapLive, into segments: inout InlineArray<32, Segment>, from place: Int, most: Int,
    after packet: PacketReference, frames: UInt64, within times: ClosedRange<Int64>
  ) -> (isThere: Bool, passed: LivePassed) {
    guard !isDry, let handle = unsafe handle, let batch, batch.isEmpty else {
      return (true, LivePassed(time: times.lowerBound))
    }
    let (result, passed) = unsafe batch.decode(
      handle, live, into: &segments, from: place, most: most, after: packet, frames: frames, within: times)
    if passed.packets == 0, batch.isEmpty { isDry = true }
    return (result >= 0, passed)
  }

  /// Whether it is there and up, asked beside any capture: to open one that is not makes the whole ring before it fails. True where nobody
  /// knows: what is no network interface has no flags.
  static func mayOpen(_ name: String) -> Bool {
    // A socket of any family will do: netdevice(7).
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { Glibc.close(descriptor) }
    switch flags(name, descriptor) {
    case .flags(let flags): return flags & IFF_UP != 0
    case .none: return name == "any"
    case .unknown: return true
    }
  }

  /// What SIOCGIFFLAGS says, netdevice(7).
  private enum Flags {
    case flags(Int)
    case none
    case unknown
  }

  private static func flags(_ name: String, _ descriptor: CInt) -> Flags {
    // struct ifreq: 16 bytes for the name, a union of 24.
    var request = [UInt8](repeating: 0, count: 40)
    guard name.utf8.count < 16 else { return .unknown }
    request.replaceSubrange(0..<name.utf8.count, with: name.utf8)
    guard unsafe ioctl(descriptor, UInt(SIOCGIFFLAGS), &request) == 0 else {
      return errno == ENODEV ? .none : .unknown
    }
    return .flags(Int(request[16]) | Int(request[17]) << 8)
  }

  /// Why no packet can come now, though the kernel's ring is open; nil where they can. Asked of the socket that captures, for that one is
  /// in the interface's own network namespace, whatever /sys shows.
  func obstacle(_ name: String) -> String? {
    // What is no network interface (any, a USB bus) has no flags.
    guard case .flags(let flags) = LiveInterface.flags(name, descriptor),
      flags & LiveInterface.reachable != LiveInterface.reachable
    else { return nil }
    return flags & IFF_UP == 0 ? "is down; waiting until it is up" : "has no carrier; waiting until it has"
  }

  /// The same of an interface that packets of `any` came by.
  func obstacle(ofLink name: String) -> String? {
    if case .none = LiveInterface.flags(name, descriptor) { return "is gone; waiting until it is there again" }
    return obstacle(name)
  }

  /// By the kernel's index; nil where there is none.
  func name(ofLink index: UInt32) -> String? {
    var request = [UInt8](repeating: 0, count: 40)
    unsafe request.withUnsafeMutableBytes { unsafe $0.storeBytes(of: index, toByteOffset: 16, as: UInt32.self) }
    guard unsafe ioctl(descriptor, UInt(SIOCGIFNAME), &request) == 0 else { return nil }
    return String(decoding: request.prefix(16).prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Flags of one that packets can come by.
  static var reachable: Int { IFF_UP | IFF_RUNNING }

  /// Packets that the kernel and the interface have dropped since the last time.
  mutating func drops(_ live: LibpcapLive) -> (kernel: UInt64, interface: UInt64) {
    guard let handle = unsafe handle else { return (0, 0) }
    var counts = tcpaudit_pcap_stat()
    guard unsafe live.statistics(handle, &counts) == 0 else { return (0, 0) }
    // Counters of 32 bits, which turn over.
    defer {
      dropped = counts.dropped
      interfaceDropped = counts.interface_dropped
    }
    // Of an interface that is gone libpcap takes away what it had counted.
    let ofInterface = max(0, Int32(bitPattern: counts.interface_dropped &- interfaceDropped))
    return (UInt64(counts.dropped &- dropped), UInt64(ofInterface))
  }
}
