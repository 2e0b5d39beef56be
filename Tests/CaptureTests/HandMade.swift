/// Capture files written byte by byte, as no sound recorder would write them.
struct HandMade {
  var bytes: [UInt8] = []
  var bigEndian = false

  init(bigEndian: Bool = false) { self.bigEndian = bigEndian }

  mutating func put<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: bigEndian ? number.bigEndian : number.littleEndian) { bytes += $0 }
  }

  mutating func put(_ more: [UInt8]) { bytes += more }

  /// The header of a classic file.
  static func pcap(
    magic: UInt32 = 0xa1b2_c3d4, version: (UInt16, UInt16) = (2, 4), snaplen: UInt32 = 65_535, network: UInt32 = 1,
    bigEndian: Bool = false
  ) -> HandMade {
    var file = HandMade(bigEndian: bigEndian)
    file.put(magic)
    file.put(version.0)
    file.put(version.1)
    file.put(UInt64(0))
    file.put(snaplen)
    file.put(network)
    return file
  }

  /// - Parameter extra: bytes of the longer record headers of Kuznetzov's and Mesquita's patches.
  mutating func record(
    _ seconds: UInt32, _ fraction: UInt32, _ data: [UInt8], captured: UInt32? = nil, original: UInt32? = nil,
    extra: [UInt8] = []
  ) {
    put(seconds)
    put(fraction)
    put(captured ?? UInt32(data.count))
    put(original ?? UInt32(data.count))
    put(extra + data)
  }

  /// A pcapng section header and nothing else.
  static func pcapng(bigEndian: Bool = false) -> HandMade {
    var file = HandMade(bigEndian: bigEndian)
    file.section()
    return file
  }

  mutating func section(version: (UInt16, UInt16) = (1, 0), length: UInt64 = .max) {
    block(0x0a0d_0d0a) {
      $0.put(UInt32(0x1a2b_3c4d))
      $0.put(version.0)
      $0.put(version.1)
      $0.put(length)
    }
  }

  mutating func interface(
    _ linkType: UInt16 = 1, snaplen: UInt32 = 0, options: [(UInt16, [UInt8])] = []
  ) {
    block(1) {
      $0.put(linkType)
      $0.put(UInt16(0))
      $0.put(snaplen)
      $0.put(options)
    }
  }

  mutating func packet(
    _ interface: UInt32, ticks: UInt64, _ data: [UInt8], original: UInt32? = nil, options: [(UInt16, [UInt8])] = []
  ) {
    block(6) {
      $0.put(interface)
      $0.putHalves(ticks)
      $0.put(UInt32(data.count))
      $0.put(original ?? UInt32(data.count))
      $0.put(data)
      $0.pad()
      $0.put(options)
    }
  }

  mutating func statistics(_ interface: UInt32, ticks: UInt64, options: [(UInt16, [UInt8])]) {
    block(5) {
      $0.put(interface)
      $0.putHalves(ticks)
      $0.put(options)
    }
  }

  mutating func block(_ type: UInt32, length: UInt32? = nil, trailer: UInt32? = nil, _ fill: (inout HandMade) -> Void) {
    var body = HandMade(bigEndian: bigEndian)
    fill(&body)
    body.pad()
    put(type)
    put(length ?? UInt32(body.bytes.count + 12))
    put(body.bytes)
    put(trailer ?? UInt32(body.bytes.count + 12))
  }

  /// A time: its high half first, in both byte orders.
  mutating func putHalves(_ ticks: UInt64) {
    put(UInt32(ticks >> 32))
    put(UInt32(truncatingIfNeeded: ticks))
  }

  mutating func put(_ options: [(UInt16, [UInt8])]) {
    for (code, value) in options {
      put(code)
      put(UInt16(value.count))
      put(value)
      pad()
    }
    if !options.isEmpty { put(UInt32(0)) }
  }

  mutating func pad() { while bytes.count % 4 != 0 { bytes.append(0) } }

  /// A number as an option's value.
  func value(_ number: UInt64) -> [UInt8] {
    var one = HandMade(bigEndian: bigEndian)
    one.put(number)
    return one.bytes
  }

  /// A time as an option's value.
  func halves(_ ticks: UInt64) -> [UInt8] {
    var one = HandMade(bigEndian: bigEndian)
    one.putHalves(ticks)
    return one.bytes
  }
}
