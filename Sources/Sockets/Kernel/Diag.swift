// The words of sock_diag(7) and netlink(7): numbers of the kernel's interface, which never change.

/// Types and flags of a netlink message.
enum Netlink {
  static var headerLength: Int { 16 }
  static var error: UInt16 { 2 }
  static var done: UInt16 { 3 }
  static var overrun: UInt16 { 4 }
  static var sockDiagByFamily: UInt16 { 20 }
  static var request: UInt16 { 0x001 }
  static var dump: UInt16 { 0x300 }
  /// The table changed under the dump: it may lack sockets, or have them twice.
  static var dumpInterrupted: UInt16 { 0x10 }

  /// Messages and attributes begin at multiples of 4.
  static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}

enum Diag {
  /// `sizeof(struct inet_diag_msg)`.
  static var messageLength: Int { 72 }
  /// INET_DIAG_INFO and INET_DIAG_SKMEMINFO.
  static var info: UInt16 { 2 }
  static var socketMemory: UInt16 { 7 }
  static var families: [UInt8] { [2, 10] }  // AF_INET, AF_INET6

  /// `struct inet_diag_req_v2` with its header: every TCP socket of one family, in any state.
  static func request(family: UInt8, sequence: UInt32) -> [UInt8] {
    var writer = KernelWriter()
    writer.u32(72)
    writer.u16(Netlink.sockDiagByFamily)
    writer.u16(Netlink.request | Netlink.dump)
    writer.u32(sequence)
    writer.u32(0)
    writer.u8(family)
    writer.u8(6)  // IPPROTO_TCP
    writer.u8(1 << UInt8(info - 1) | 1 << UInt8(socketMemory - 1))
    writer.u8(0)
    // States 1 (ESTABLISHED) to 12 (NEW_SYN_RECV).
    writer.u32(0x1ffe)
    // Which socket: any.
    writer.zeros(48)
    return writer.bytes
  }
}
