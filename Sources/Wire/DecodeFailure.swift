/// Where decoding stopped.
public enum Layer: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  case link, vlan, mpls, ppp, ipv4, ipv6, ipv6Extension, tunnel, tcp, icmp

  /// As in `skipped` of the summary.
  public var name: String {
    switch self {
    case .link: "link"
    case .vlan: "vlan"
    case .mpls: "mpls"
    case .ppp: "ppp"
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .ipv6Extension: "ipv6 extension"
    case .tunnel: "tunnel"
    case .tcp: "tcp"
    case .icmp: "icmp"
    }
  }
}

/// What about it could not be read.
public enum FailureReason: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  /// Fewer bytes than the header needs, cut by the capture or by a length field (`bound` says which).
  case headerCut
  /// A length field says less than the header itself takes.
  case lengthTooSmall
  /// A header length beyond the packet.
  case headerTooLong
  case wrongVersion
  case unknownLinkType
  /// Encrypted or compressed: what is inside cannot be seen.
  case opaque
  /// More layers in each other than are followed.
  case tooDeep
  /// Fragments that overlap, or more than memory allows.
  case badFragment

  /// As in `skipped` of the summary.
  public var name: String {
    switch self {
    case .headerCut: "header cut"
    case .lengthTooSmall: "length too small"
    case .headerTooLong: "header longer than packet"
    case .wrongVersion: "wrong version"
    case .unknownLinkType: "unknown link type"
    case .opaque: "encrypted or compressed"
    case .tooDeep: "too many layers"
    case .badFragment: "bad fragment"
    }
  }
}

/// Who claimed how many bytes there are.
public enum LengthBound: UInt8, BitwiseCopyable, Sendable {
  case capture, ipv4TotalLength, ipv6PayloadLength, udpLength, pppoeLength, headerLength
}

/// Why a packet was not understood to its end: evidence, not an accident.
public struct DecodeFailure: BitwiseCopyable, Hashable, Sendable, Error {
  /// Whose header it was; groups `skipped` of the summary.
  public var layer: Layer
  /// Counted by its name below the layer's in `skipped` of the summary.
  public var reason: FailureReason
  /// Bytes from the start of the frame to the header in question.
  public var offset: Int32
  /// Bytes that the header needs, and those there are.
  public var needed: Int32
  /// 0 where the reason is no matter of lengths; `needed` is then 0 too or, of an unknown link type, its number.
  public var available: Int32
  /// Who said how much there is: `.capture` where bytes are merely not in the file.
  public var bound: LengthBound

  /// Lengths in bytes, clamped to 32 bits.
  public init(
    _ layer: Layer, _ reason: FailureReason, offset: Int = 0, needed: Int = 0, available: Int = 0,
    bound: LengthBound = .capture
  ) {
    self.layer = layer
    self.reason = reason
    self.offset = Int32(clamping: offset)
    self.needed = Int32(clamping: needed)
    self.available = Int32(clamping: available)
    self.bound = bound
  }
}
