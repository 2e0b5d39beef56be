import Glibc

/// An IPv4 or IPv6 address with a port, as the kernel takes it.
struct Name {
  private var storage = sockaddr_storage()
  private let length: socklen_t

  /// nil where `address` is none.
  init?(_ address: String, _ port: UInt16) {
    var four = sockaddr_in()
    var six = sockaddr_in6()
    if inet_pton(AF_INET, address, &four.sin_addr) == 1 {
      four.sin_family = sa_family_t(AF_INET)
      four.sin_port = port.bigEndian
      length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: four, as: sockaddr_in.self) }
    } else if inet_pton(AF_INET6, address, &six.sin6_addr) == 1 {
      six.sin6_family = sa_family_t(AF_INET6)
      six.sin6_port = port.bigEndian
      length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: six, as: sockaddr_in6.self) }
    } else {
      return nil
    }
  }

  var family: Int32 { Int32(storage.ss_family) }

  func with<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }
}

/// One end of a connection as text; `-` where there is none.
func endpoint(_ descriptor: Int32, peer: Bool) -> String {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  var host = [CChar](repeating: 0, count: 64)
  var service = [CChar](repeating: 0, count: 16)
  let isNamed = withUnsafeMutablePointer(to: &storage) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
      (peer ? getpeername(descriptor, name, &length) : getsockname(descriptor, name, &length)) == 0
        && getnameinfo(name, length, &host, 64, &service, 16, Int32(NI_NUMERICHOST | NI_NUMERICSERV)) == 0
    }
  }
  guard isNamed else { return "-" }
  func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
  return "\(text(host)):\(text(service))"
}

@discardableResult
func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
  var value = value
  return setsockopt(descriptor, level, option, &value, 4) == 0
}

let tcp = Int32(IPPROTO_TCP)

/// The numbers of linux/tcp.h that not every libc names.
enum Option {
  static let repair: Int32 = 19
  static let repairQueue: Int32 = 20
  static let queueSequence: Int32 = 21
  static let userTimeout: Int32 = 18
  static let fastOpen: Int32 = 23
}

/// The next SYN of this socket carries `number`: a checkpointed socket may choose (TCP_REPAIR).
func chooseSequence(_ descriptor: Int32, _ number: UInt32) -> Bool {
  set(descriptor, tcp, Option.repair, 1) && set(descriptor, tcp, Option.repairQueue, 2)
    && set(descriptor, tcp, Option.queueSequence, Int32(bitPattern: number)) && set(descriptor, tcp, Option.repair, 0)
}
