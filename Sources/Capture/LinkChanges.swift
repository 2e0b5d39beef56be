internal import Glibc

/// An interface of the network namespace that was changed, as rtnetlink(7) tells it.
struct LinkChange: Equatable {
  var name: String
  /// It is there, up, and has a carrier.
  var isReachable: Bool
}

/// What the kernel tells of interfaces as it happens: an interface that is down for less than the time between two looks at it shows
/// here alone. It takes no right; where it can't be had, looks are all there is.
///
/// Why the unsafe lines hold: bind(2) and recv(2) are told the size of the memory that they are lent for the call, and no more of the
/// buffer is looked at than recv said it filled.
struct LinkChanges: ~Copyable {
  /// Most messages that are taken at a time: the rest waits for the next.
  private static var most: Int { 64 }

  private let descriptor: CInt
  private var buffer = [UInt8](repeating: 0, count: 1 << 15)

  /// Of the namespace that the calling thread is in now.
  init() {
    // AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE
    descriptor = socket(16, 3 | 0o2000000 | 0o4000, 0)
    guard descriptor >= 0 else { return }
    // struct sockaddr_nl: the family, no port of our own choice, and RTMGRP_LINK.
    var address = [UInt8](repeating: 0, count: 12)
    unsafe address.withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: 16, toByteOffset: 0, as: UInt16.self)
      unsafe $0.storeBytes(of: 1, toByteOffset: 8, as: UInt32.self)
    }
    unsafe address.withUnsafeBytes {
      _ = unsafe bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// What was told since the last time, in order.
  mutating func take() -> [LinkChange] {
    var changes: [LinkChange] = []
    guard descriptor >= 0 else { return changes }
    for _ in 0..<LinkChanges.most {
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      // Where there was no room for some the next are told all the same.
      if count < 0, errno == ENOBUFS { continue }
      guard count > 0 else { break }
      LinkChanges.parse(buffer.span.extracting(first: count), into: &changes)
    }
    return changes
  }

  /// RTM_NEWLINK and RTM_DELLINK: a header of 16 bytes (length, type), `struct ifinfomsg` of 16 (family, flags at 8), attributes.
  static func parse(_ bytes: Span<UInt8>, into changes: inout [LinkChange]) {
    var start = 0
    while let length = bytes.u32(at: start).map({ Int($0) }), let type = bytes.u16(at: start + 4), length >= 16,
      length <= bytes.count - start
    {
      let message = bytes.extracting(start..<start + length)
      start += (length + 3) & ~3
      // What a bridge tells of its ports (AF_BRIDGE) is of another kind: one that leaves it is still there.
      guard type == 16 || type == 17, length >= 32, message[16] == 0, let flags = message.u32(at: 24),
        let name = name(in: message)
      else { continue }
      let isUp = Int(flags) & LiveInterface.reachable == LiveInterface.reachable
      changes.append(LinkChange(name: name, isReachable: type == 16 && isUp))
    }
  }

  /// IFLA_IFNAME
  private static func name(in message: Span<UInt8>) -> String? {
    var start = 32
    while let length = message.u16(at: start).map({ Int($0) }), let type = message.u16(at: start + 2), length >= 4,
      length <= message.count - start
    {
      if type == 3 {
        let text = (start + 4..<start + length).map { message[$0] }
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
      }
      start += (length + 3) & ~3
    }
    return nil
  }
}

extension Span<UInt8> {
  /// In the machine's own order; nil beyond the end.
  fileprivate func u16(at offset: Int) -> UInt16? {
    guard offset <= count - 2 else { return nil }
    return UInt16(littleEndian: UInt16(self[offset]) | UInt16(self[offset + 1]) << 8)
  }

  fileprivate func u32(at offset: Int) -> UInt32? {
    guard offset <= count - 4, let low = u16(at: offset), let high = u16(at: offset + 2) else { return nil }
    return 1.littleEndian == 1 ? UInt32(low) | UInt32(high) << 16 : UInt32(low) << 16 | UInt32(high)
  }
}
