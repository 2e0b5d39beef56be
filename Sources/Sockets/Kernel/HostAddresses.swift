internal import Glibc
internal import Wire

/// Which addresses the calling thread's network namespace has, loopback left out: every host has those.
///
/// Why the unsafe lines hold: the list of getifaddrs(3) is read before it is given back, and an address is read as the structure that its
/// family names.
enum HostAddresses {
  static func all() -> [IPAddress] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&list) == 0 else { return [] }
    defer { unsafe freeifaddrs(list) }
    var addresses: [IPAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe entry.pointee.ifa_addr.flatMap({ unsafe address($0) }), !address.isLoopback,
        !addresses.contains(address)
      {
        addresses.append(address)
      }
      unsafe next = entry.pointee.ifa_next
    }
    return addresses
  }

  private static func address(_ pointer: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
    let raw = UnsafeRawPointer(pointer)
    switch Int32(unsafe pointer.pointee.sa_family) {
    case AF_INET:
      let found = unsafe raw.loadUnaligned(as: sockaddr_in.self)
      return IPAddress(v4: UInt32(bigEndian: found.sin_addr.s_addr))
    case AF_INET6:
      // Behind family, port and flow label.
      let high = unsafe raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      let low = unsafe raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
      return IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    default: return nil
    }
  }

  /// An address as `IPAddress.text` writes it, and its version; nil where the text is none.
  static func parse(_ text: String) -> (address: IPAddress, version: UInt8)? {
    var four = in_addr()
    if unsafe inet_pton(AF_INET, text, &four) == 1 { return (IPAddress(v4: UInt32(bigEndian: four.s_addr)), 4) }
    var six = in6_addr()
    guard unsafe inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    return unsafe withUnsafeBytes(of: &six) { bytes in
      let high = unsafe bytes.loadUnaligned(as: UInt64.self)
      let low = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      return (IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low)), 6)
    }
  }
}
