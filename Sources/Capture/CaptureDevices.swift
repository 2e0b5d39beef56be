internal import CLibpcap
internal import Glibc

/// An interface of this host that libpcap can capture on.
///
/// Why the unsafe lines hold: the list is walked between pcap_findalldevs and pcap_freealldevs, and copied; addresses are
/// read as the structures that their family names.
@safe public struct CaptureDevice: Hashable, Sendable {
  public var name: String
  /// libpcap's words; nil where it has none.
  public var description: String?
  /// IPv4 and IPv6 addresses, as text.
  public var addresses: [String]
  /// Administratively (`ip link set up`); a live audit waits for one that is not.
  public var isUp: Bool
  /// It has a carrier, as far as libpcap can tell.
  public var isRunning: Bool
  /// Its packets never leave this host.
  public var isLoopback: Bool

  /// All that packets of TCP may come from, in libpcap's order: the likeliest first.
  /// - Throws: where libpcap is missing, or has an error of its own.
  public static func all() throws(CaptureError) -> [CaptureDevice] {
    guard let libpcap = Libpcap.shared else { throw CaptureError(path: "", cause: Libpcap.missing) }
    var list: UnsafeMutablePointer<tcpaudit_pcap_interface>?
    var text = [CChar](repeating: 0, count: Int(TCPAUDIT_PCAP_ERRBUF_SIZE))
    guard unsafe libpcap.interfaces(&list, &text) == 0 else {
      let words = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw CaptureError(path: "", cause: "interfaces can't be listed: \(String(decoding: words, as: UTF8.self))")
    }
    defer { unsafe libpcap.freeInterfaces(list) }
    var devices: [CaptureDevice] = []
    var next = unsafe list
    while let entry = unsafe next {
      let device = unsafe CaptureDevice(entry.pointee)
      if !foreign.contains(where: device.name.hasPrefix) { devices.append(device) }
      unsafe next = entry.pointee.next
    }
    return devices
  }

  /// What libpcap lists too, and what carries no packets of a network: netfilter's logs and queues, buses.
  private static let foreign = ["bluetooth", "nflog", "nfqueue", "dbus-", "usbmon"]

  /// Whether this process may capture: it is root, or has CAP_NET_RAW in effect.
  public static var mayCapture: Bool {
    if geteuid() == 0 { return true }
    guard let status = unsafe fopen("/proc/self/status", "r") else { return false }
    defer { unsafe fclose(status) }
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, CInt(line.count), status) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix("CapEff:") { return hasNetRaw(text) }
    }
    return false
  }

  /// - Parameter line: `CapEff:` and a hexadecimal mask, as in /proc/PID/status.
  static func hasNetRaw(_ line: String) -> Bool {
    let digits = line.dropFirst("CapEff:".count).drop { $0.isWhitespace }.prefix { $0.isHexDigit }
    let raw = UInt64(13)  // CAP_NET_RAW, linux/capability.h
    return UInt64(digits, radix: 16).map { $0 & (1 << raw) != 0 } ?? false
  }

  private init(_ entry: tcpaudit_pcap_interface) {
    name = unsafe entry.name.map { unsafe String(cString: $0) } ?? ""
    description = unsafe entry.description.map { unsafe String(cString: $0) }
    let flags = unsafe entry.flags
    isUp = flags & TCPAUDIT_PCAP_IF_UP != 0
    isRunning = flags & TCPAUDIT_PCAP_IF_RUNNING != 0
    isLoopback = flags & TCPAUDIT_PCAP_IF_LOOPBACK != 0
    addresses = []
    var next = unsafe entry.addresses
    while let address = unsafe next {
      if let text = unsafe Self.text(address.pointee.address) { addresses.append(text) }
      unsafe next = address.pointee.next
    }
  }

  private static func text(_ address: UnsafeMutablePointer<sockaddr>?) -> String? {
    guard let address = unsafe address else { return nil }
    let family = CInt(unsafe address.pointee.sa_family)
    let place: Int
    switch family {
    case AF_INET: place = MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 4
    case AF_INET6: place = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
    default: return nil
    }
    var text = [CChar](repeating: 0, count: 64)
    guard unsafe inet_ntop(family, UnsafeRawPointer(address) + place, &text, socklen_t(text.count)) != nil else {
      return nil
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
