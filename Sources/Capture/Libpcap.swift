internal import CLibpcap
internal import Glibc
internal import Wire

/// libpcap, loaded when it is first asked for.
///
/// Why the unsafe lines hold: dlsym gives the address of the function that libpcap documents under that name, and the
/// types in `CLibpcap` are those of its documentation; the library is never unloaded.
@safe struct Libpcap: @unchecked Sendable {
  /// Nil where no libpcap is installed.
  static let shared = Libpcap()
  /// What to say then.
  static let missing =
    "libpcap is not installed: apt-get install libpcap0.8 (libpcap0.8t64 on newer systems), or libpcap"

  let openDead: tcpaudit_pcap_open_dead
  let openOffline: tcpaudit_pcap_open_offline
  let next: tcpaudit_pcap_next
  let dataLink: tcpaudit_pcap_integer
  let snapshot: tcpaudit_pcap_integer
  let error: tcpaudit_pcap_error
  let close: tcpaudit_pcap_close
  let compile: tcpaudit_pcap_compile
  let freeCode: tcpaudit_pcap_freecode
  let run: tcpaudit_pcap_run
  let interfaces: tcpaudit_pcap_interfaces
  let freeInterfaces: tcpaudit_pcap_free_interfaces

  /// The library, by upstream's name and by Debian's; opened twice it is the same.
  static func library() -> UnsafeMutableRawPointer? {
    let names = ["libpcap.so.1", "libpcap.so.0.8", "libpcap.so"]
    return unsafe names.lazy.compactMap({ unsafe dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first
  }

  private init?() {
    guard let library = unsafe Libpcap.library(),
      let openDead = unsafe dlsym(library, "pcap_open_dead"),
      let openOffline = unsafe dlsym(library, "pcap_open_offline_with_tstamp_precision"),
      let next = unsafe dlsym(library, "pcap_next_ex"),
      let dataLink = unsafe dlsym(library, "pcap_datalink"),
      let snapshot = unsafe dlsym(library, "pcap_snapshot"),
      let error = unsafe dlsym(library, "pcap_geterr"),
      let close = unsafe dlsym(library, "pcap_close"),
      let compile = unsafe dlsym(library, "pcap_compile"),
      let freeCode = unsafe dlsym(library, "pcap_freecode"),
      let run = unsafe dlsym(library, "pcap_offline_filter"),
      let interfaces = unsafe dlsym(library, "pcap_findalldevs"),
      let freeInterfaces = unsafe dlsym(library, "pcap_freealldevs")
    else { return nil }
    unsafe self.openDead = unsafeBitCast(openDead, to: tcpaudit_pcap_open_dead.self)
    unsafe self.openOffline = unsafeBitCast(openOffline, to: tcpaudit_pcap_open_offline.self)
    unsafe self.next = unsafeBitCast(next, to: tcpaudit_pcap_next.self)
    unsafe self.dataLink = unsafeBitCast(dataLink, to: tcpaudit_pcap_integer.self)
    unsafe self.snapshot = unsafeBitCast(snapshot, to: tcpaudit_pcap_integer.self)
    unsafe self.error = unsafeBitCast(error, to: tcpaudit_pcap_error.self)
    unsafe self.close = unsafeBitCast(close, to: tcpaudit_pcap_close.self)
    unsafe self.compile = unsafeBitCast(compile, to: tcpaudit_pcap_compile.self)
    unsafe self.freeCode = unsafeBitCast(freeCode, to: tcpaudit_pcap_freecode.self)
    unsafe self.run = unsafeBitCast(run, to: tcpaudit_pcap_run.self)
    unsafe self.interfaces = unsafeBitCast(interfaces, to: tcpaudit_pcap_interfaces.self)
    unsafe self.freeInterfaces = unsafeBitCast(freeInterfaces, to: tcpaudit_pcap_free_interfaces.self)
  }

  /// What a file's link type is called inside of libpcap on Linux (LINKTYPE_… to DLT_…).
  static func dataLink(_ linkType: LinkType) -> CInt {
    switch linkType.rawValue {
    case 100: 11  // RFC 1483 ATM
    case 101: 12  // raw IP
    case 102: 15  // BSD/OS SLIP
    case 103: 16  // BSD/OS PPP
    case 106: 19  // classical IP over ATM
    default: CInt(linkType.rawValue)
    }
  }
}
