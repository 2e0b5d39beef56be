@testable import Sockets

/// Builds what the kernel sends: netlink messages with the records of sockets in them, in this machine's byte order.
struct DiagBytes {
  private(set) var bytes: [UInt8] = []

  /// A socket's record with its attributes.
  static func socket(
    family: UInt8 = 2, state: UInt8 = 1, timer: UInt8 = 0, unanswered: UInt8 = 0, local: [UInt8] = [10, 0, 0, 1],
    localPort: UInt16 = 40000, remote: [UInt8] = [10, 0, 0, 2], remotePort: UInt16 = 443, expires: UInt32 = 0,
    receiveQueue: UInt32 = 0, sendQueue: UInt32 = 0, uid: UInt32 = 1000, inode: UInt32 = 4711,
    attributes: [(type: UInt16, value: [UInt8])] = []
  ) -> [UInt8] {
    var writer = KernelWriter()
    for byte in [family, state, timer, unanswered] { writer.u8(byte) }
    writer.u16(localPort.bigEndian)
    writer.u16(remotePort.bigEndian)
    for address in [local, remote] {
      for byte in address { writer.u8(byte) }
      writer.zeros(16 - address.count)
    }
    for number in [7, 0x1111, 0x2222, expires, receiveQueue, sendQueue, uid, inode] as [UInt32] { writer.u32(number) }
    for attribute in attributes {
      writer.u16(UInt16(4 + attribute.value.count))
      writer.u16(attribute.type)
      for byte in attribute.value { writer.u8(byte) }
      writer.zeros(Netlink.aligned(attribute.value.count) - attribute.value.count)
    }
    return writer.bytes
  }

  /// `struct tcp_info` of `length` bytes, in which each 32-bit number is its own offset.
  static func info(length: Int) -> [UInt8] {
    var writer = KernelWriter()
    for offset in stride(from: 0, to: length, by: 4) { writer.u32(UInt32(offset)) }
    return writer.bytes
  }

  static func message(type: UInt16 = 20, flags: UInt16 = 2, sequence: UInt32 = 1, _ body: [UInt8]) -> [UInt8] {
    var writer = KernelWriter()
    writer.u32(UInt32(16 + body.count))
    writer.u16(type)
    writer.u16(flags)
    writer.u32(sequence)
    writer.u32(99)
    for byte in body { writer.u8(byte) }
    writer.zeros(Netlink.aligned(body.count) - body.count)
    return writer.bytes
  }

  static func number(_ value: Int32) -> [UInt8] {
    var writer = KernelWriter()
    writer.u32(UInt32(bitPattern: value))
    return writer.bytes
  }
}
