extension Walk {
  /// An ICMP or ICMPv6 error at `offset`, and the TCP segment whose beginning it quotes: `.notTCP` where it is
  /// no error, or quotes something else.
  mutating func quote(_ bytes: RawSpan, into error: inout QuotedError) -> Decoded {
    guard has(2) else { return .notTCP }
    let type = bytes.u8(at: offset)
    let code = bytes.u8(at: offset &+ 1)
    guard isError(type) else { return .notTCP }
    guard has(8) else {
      return .skipped(DecodeFailure(.icmp, .headerCut, offset: offset, needed: 8, available: limit &- offset))
    }
    error.type = type
    error.code = code
    error.mtu = 0
    if ip.version == 6, type == 2 { error.mtu = bytes.u32(at: offset &+ 4) }
    if ip.version == 4, type == 3, code == 4 { error.mtu = UInt32(bytes.u16(at: offset &+ 6)) }
    error.reporter = ip.source
    error.ipVersion = ip.version

    var quoted = self
    quoted.offset = offset &+ 8
    quoted.isGuess = false
    let first = ip.version == 6 ? quoted.ipv6(bytes) : quoted.ipv4(bytes)
    if case .failed = first { return .skipped(quoted.failure) }
    guard quoted.reachesTCP(from: first, bytes) else { return .notTCP }
    // The tunnel is the quoted segment's, and part of its identity where tunnels are.
    if quoted.path.tunnelCount > path.tunnelCount { path = quoted.path }
    return quoted.readQuotedTCP(bytes, into: &error.quoted)
  }

  /// Goes from header to header of what is quoted. Whatever ends before TCP tells nothing: a quote may be as short as it likes.
  private mutating func reachesTCP(from first: Step, _ bytes: RawSpan) -> Bool {
    var step = first
    layers = 0
    while layers <= Walk.layersMax {
      layers &+= 1
      switch step {
      case .payload(6): return true
      // About an error there is no error (RFC 1122 §3.2.2).
      case .payload(1), .payload(58): return false
      case .payload(let number): step = payload(number, bytes)
      case .ethernet: step = ethernet(bytes)
      case .llc: step = llc(bytes)
      case .etherType(let type): step = etherType(type, bytes)
      case .mpls: step = mpls(bytes)
      case .ppp: step = ppp(bytes)
      case .ip: step = ip(bytes)
      case .ipv4: step = ipv4(bytes)
      case .ipv6: step = ipv6(bytes)
      case .fragment, .notTCP, .failed: return false
      }
    }
    return false
  }

  private func isError(_ type: UInt8) -> Bool {
    if ip.version == 6 { return type >= 1 && type <= 4 }
    // Unreachable, source quench, time exceeded, parameter problem. A redirect (5) says nothing of the packet's fate.
    return type == 3 || type == 4 || type == 11 || type == 12
  }

  /// RFC 792 promises eight bytes of the segment: ports and sequence number. Often there are more.
  private func readQuotedTCP(_ bytes: RawSpan, into segment: inout Segment) -> Decoded {
    guard has(8) else {
      return .skipped(DecodeFailure(.icmp, .headerCut, offset: offset, needed: 8, available: limit &- offset))
    }
    ip.write(into: &segment)
    guard
      TCPHeader.read(bytes, at: offset, limit: limit, end: end, bound: bound, into: &segment) != nil
    else { return .quotedError }
    segment.payloadLength = quotedPayload(bytes)
    let first = bytes.u64(at: offset)
    segment.sourcePort = UInt16(truncatingIfNeeded: first >> 48)
    segment.destinationPort = UInt16(truncatingIfNeeded: first >> 32)
    segment.sequence = SequenceNumber(UInt32(truncatingIfNeeded: first))
    segment.acknowledgment = SequenceNumber(0)
    segment.flags = []
    segment.options = .notCaptured
    segment.window = 0
    segment.checksum = 0
    segment.sackCount = 0
    return .quotedError
  }

  /// Bytes of payload by the IP length and the data offset, where that was quoted; 0 otherwise.
  private func quotedPayload(_ bytes: RawSpan) -> UInt32 {
    guard has(13) else { return 0 }
    let headerLength = Int(bytes.u8(at: offset &+ 12) >> 4) &* 4
    guard headerLength >= 20, end &- offset >= headerLength else { return 0 }
    return UInt32(truncatingIfNeeded: end &- offset &- headerLength)
  }
}
