internal import CLibpcap
internal import Wire

/// A filter in libpcap's syntax, compiled by libpcap for every link type that comes, and run on our frames.
///
/// Why the unsafe lines hold: a program is made by pcap_compile and freed once by its owner; pcap_offline_filter reads at
/// most the captured bytes that its header tells, which are the span's.
struct PacketFilter {
  private let text: String
  private let libpcap: Libpcap
  /// `[interface over the run]`.
  private var programs: [Program?] = []

  /// - Throws: what libpcap says where no usual link type knows such a filter.
  init(_ text: String) throws(FilterError) {
    guard let libpcap = Libpcap.shared else { throw FilterError(filter: text, cause: Libpcap.missing) }
    self.text = text
    self.libpcap = libpcap
    var first: FilterError?
    // Ethernet, raw IP, Linux cooked, radiotap: what one does not know (`type mgt`) another may.
    for linkType: UInt16 in [1, 101, 113, 127] {
      do throws(FilterError) {
        _ = try Program(text, LinkType(rawValue: linkType), snaplen: 0, libpcap)
        return
      } catch {
        first = first ?? error
      }
    }
    if let first { throw first }
  }

  /// Compiles the filter for an interface that has not been seen before.
  mutating func prepare(_ index: UInt16, _ interface: CaptureInterface) throws(FilterError) {
    let place = Int(index)
    if place < programs.count && programs[place] != nil { return }
    while programs.count <= place { programs.append(nil) }
    for case let program? in programs
    where program.linkType == interface.linkType && program.snaplen == interface.snaplen {
      programs[place] = program
      return
    }
    programs[place] = try Program(text, interface.linkType, snaplen: interface.snaplen, libpcap)
  }

  /// Whether the packet passes; its interface has been prepared.
  func accepts(_ bytes: RawSpan, _ head: PacketHead) -> Bool {
    guard let program = programs[Int(head.interface)] else { return true }
    return program.accepts(bytes, head)
  }

  @safe private final class Program {
    let linkType: LinkType
    let snaplen: UInt32
    private let libpcap: Libpcap
    private var code: tcpaudit_bpf_program

    init(_ text: String, _ linkType: LinkType, snaplen: UInt32, _ libpcap: Libpcap) throws(FilterError) {
      self.linkType = linkType
      self.snaplen = snaplen
      self.libpcap = libpcap
      unsafe code = tcpaudit_bpf_program()
      let most = snaplen == 0 ? UsualLayout.largestPacket : min(snaplen, UsualLayout.largestPacket)
      guard let handle = unsafe libpcap.openDead(Libpcap.dataLink(linkType), CInt(most)) else {
        throw FilterError(filter: text, cause: "libpcap has no memory left")
      }
      defer { unsafe libpcap.close(handle) }
      let made = unsafe libpcap.compile(handle, &code, text, 1, TCPAUDIT_PCAP_NETMASK_UNKNOWN)
      guard made == 0 else {
        let cause = unsafe libpcap.error(handle).map { unsafe String(cString: $0) }
        throw FilterError(filter: text, cause: cause ?? "libpcap does not compile it")
      }
    }

    deinit { unsafe libpcap.freeCode(&code) }

    func accepts(_ bytes: RawSpan, _ head: PacketHead) -> Bool {
      var header = tcpaudit_pcap_header()
      header.captured = UInt32(truncatingIfNeeded: bytes.byteCount)
      header.length = max(head.original, header.captured)
      return unsafe bytes.withUnsafeBytes { memory in
        guard let start = memory.baseAddress else { return false }
        return unsafe libpcap.run(&code, &header, start.assumingMemoryBound(to: UInt8.self)) != 0
      }
    }
  }
}
