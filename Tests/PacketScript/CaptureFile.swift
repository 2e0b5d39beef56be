internal import Glibc
internal import Wire

extension PacketScript {
  /// A classic capture file (draft-ietf-opsawg-pcap).
  public func pcap(snaplen: Int = 262_144, nanosecond: Bool = true, bigEndian: Bool = false) -> [UInt8] {
    var file = FileBytes(bigEndian: bigEndian)
    file.put(UInt32(nanosecond ? 0xa1b2_3c4d : 0xa1b2_c3d4))
    file.put(UInt16(2))
    file.put(UInt16(4))
    file.put(UInt64(0))
    file.put(UInt32(snaplen))
    file.put(UInt32(linkType.rawValue))
    for entry in captured {
      let frame = frameBytes(entry)
      let kept = min(frame.count, snaplen, entry.snaplen ?? .max)
      let (seconds, rest) = entry.time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
      file.put(UInt32(truncatingIfNeeded: seconds))
      file.put(UInt32(truncatingIfNeeded: nanosecond ? rest : rest / 1000))
      file.put(UInt32(kept))
      file.put(UInt32(frame.count))
      file.bytes += frame[..<kept]
    }
    return file.bytes
  }

  /// A pcapng file of one section, one interface for each that the script names, nanosecond resolution.
  /// Interface statistics are written where the script has an `end` or drops are given.
  public func pcapng(snaplen: Int = 262_144, bigEndian: Bool = false, dropped: UInt64 = 0) -> [UInt8] {
    var file = FileBytes(bigEndian: bigEndian)
    file.block(0x0a0d_0d0a) { block in
      block.put(UInt32(0x1a2b_3c4d))
      block.put(UInt16(1))
      block.put(UInt16(0))
      block.put(UInt64.max)
    }
    let interfaces = (captured.map(\.interface).max() ?? 0) + 1
    for _ in 0..<interfaces {
      file.block(1) { block in
        block.put(linkType.rawValue)
        block.put(UInt16(0))
        block.put(UInt32(snaplen))
        block.option(9, [9])
        block.option(0, [])
      }
    }
    for entry in captured {
      let frame = frameBytes(entry)
      let kept = min(frame.count, snaplen, entry.snaplen ?? .max)
      file.block(6) { block in
        block.put(UInt32(entry.interface))
        block.put(entry.time)
        block.put(UInt32(kept))
        block.put(UInt32(frame.count))
        block.bytes += frame[..<kept]
      }
    }
    if recordingEnd != nil || dropped > 0 {
      for interface in 0..<interfaces {
        file.block(5) { block in
          block.put(UInt32(interface))
          block.put(captureEnd)
          block.option(3, block.encoded(captureEnd))
          block.option(5, block.encoded(interface == 0 ? dropped : 0))
          block.option(0, [])
        }
      }
    }
    return file.bytes
  }

  /// Writes `bytes` to a file; false where that failed.
  @discardableResult
  public static func write(_ bytes: [UInt8], to path: String) -> Bool {
    guard let file = fopen(path, "wb") else { return false }
    let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    return fclose(file) == 0 && written == bytes.count
  }

  /// Writes a pcap, or a pcapng where the name ends so.
  @discardableResult
  public func write(to path: String) -> Bool {
    Self.write(path.hasSuffix(".pcapng") ? pcapng() : pcap(), to: path)
  }
}

/// Bytes of a capture file in one byte order.
struct FileBytes {
  var bytes: [UInt8] = []
  let bigEndian: Bool

  init(bigEndian: Bool) { self.bigEndian = bigEndian }

  func encoded<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: bigEndian ? number.bigEndian : number.littleEndian) { Array($0) }
  }

  /// High half first, in both byte orders.
  func encoded(_ time: Timestamp) -> [UInt8] {
    let value = UInt64(bitPattern: time.nanoseconds)
    return encoded(UInt32(value >> 32)) + encoded(UInt32(truncatingIfNeeded: value))
  }

  mutating func put<Number: FixedWidthInteger>(_ number: Number) { bytes += encoded(number) }

  mutating func put(_ time: Timestamp) { bytes += encoded(time) }

  mutating func pad() { while bytes.count % 4 != 0 { bytes.append(0) } }

  mutating func option(_ code: UInt16, _ value: [UInt8]) {
    put(code)
    put(UInt16(value.count))
    bytes += value
    pad()
  }

  mutating func block(_ type: UInt32, _ fill: (inout FileBytes) -> Void) {
    var body = FileBytes(bigEndian: bigEndian)
    fill(&body)
    body.pad()
    put(type)
    put(UInt32(body.bytes.count + 12))
    bytes += body.bytes
    put(UInt32(body.bytes.count + 12))
  }
}
