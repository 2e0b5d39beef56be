public import Wire

/// Writes frames as a pcapng section (draft-ietf-opsawg-pcapng), nanosecond resolution, with comments.
///
/// Bytes collect in `bytes`; whoever owns the file takes them.
///
/// Why the unsafe lines hold: a frame's bytes are copied while the frame is lent.
public struct PcapngWriter: Sendable {
  /// Written and not taken yet.
  public private(set) var bytes: [UInt8] = []
  /// Interfaces written so far, by what they are.
  private var interfaces: [InterfaceKind: UInt32] = [:]

  private struct InterfaceKind: Hashable {
    var linkType: LinkType
    var number: UInt16
  }

  /// - Parameter comment: of the section: what the file is.
  public init(comment: String = "") {
    block(0x0a0d_0d0a) { block in
      block.put(UInt32(0x1a2b_3c4d))
      block.put(UInt16(1))
      block.put(UInt16(0))
      block.put(UInt64.max)
      block.option(1, comment)
    }
  }

  /// Bytes written and not taken yet.
  public var count: Int { bytes.count }

  /// Hands over what was written since the last time.
  public mutating func take() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  /// - Parameters:
  ///   - name: of the frame's interface, nil where it has none.
  ///   - comment: shown beside the packet; empty for none.
  public mutating func write(_ frame: borrowing Frame, interfaceName: String?, comment: String = "") {
    let kind = InterfaceKind(linkType: frame.linkType, number: frame.interface)
    let interface = interfaces[kind] ?? declare(kind, name: interfaceName)
    let time = UInt64(bitPattern: frame.time.nanoseconds)
    let captured = frame.bytes.byteCount
    var block = Body()
    block.put(interface)
    block.put(UInt32(time >> 32))
    block.put(UInt32(truncatingIfNeeded: time))
    block.put(UInt32(clamping: captured))
    block.put(UInt32(clamping: max(frame.originalLength, captured)))
    // The bytes are lent for this call, and copied within it.
    unsafe frame.bytes.withUnsafeBytes { unsafe block.bytes.append(contentsOf: $0) }
    block.pad()
    block.option(1, comment)
    append(6, block)
  }

  private mutating func declare(_ kind: InterfaceKind, name: String?) -> UInt32 {
    let number = UInt32(interfaces.count)
    interfaces[kind] = number
    block(1) { block in
      block.put(kind.linkType.rawValue)
      block.put(UInt16(0))
      block.put(UInt32(0))
      block.option(2, name ?? "")
      block.put(UInt16(9))
      block.put(UInt16(1))
      block.put(UInt32(9))
      block.put(UInt32(0))
    }
    return number
  }

  private mutating func block(_ type: UInt32, _ fill: (inout Body) -> Void) {
    var body = Body()
    fill(&body)
    append(type, body)
  }

  private mutating func append(_ type: UInt32, _ body: Body) {
    var whole = Body()
    whole.put(type)
    whole.put(UInt32(body.bytes.count + 12))
    whole.bytes += body.bytes
    whole.put(UInt32(body.bytes.count + 12))
    bytes += whole.bytes
  }

  /// Little-endian bytes of one block.
  private struct Body {
    var bytes: [UInt8] = []

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
      for place in 0..<(Number.bitWidth / 8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> Number(place * 8)))
      }
    }

    mutating func pad() { while bytes.count % 4 != 0 { bytes.append(0) } }

    /// Nothing where the text is empty. An option is at most 65,535 bytes long.
    mutating func option(_ code: UInt16, _ text: String) {
      guard !text.isEmpty else { return }
      let value = Array(text.utf8.prefix(65_535))
      put(code)
      put(UInt16(value.count))
      bytes += value
      pad()
    }
  }
}
