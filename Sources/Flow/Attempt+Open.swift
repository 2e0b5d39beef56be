internal import Wire

// A connection that begins with its SYN, as nearly all do: what observing that SYN would have made of an empty connection is written
// down at once. OpeningTests holds the two against each other.
extension Attempt {
  /// Makes a connection of it, where that lies: as if its SYN had been observed. Says whether its source is `a`. (Mutating, as what is called
  /// of a value that is only lent works on a copy of it.)
  @inline(__always) mutating func open(_ connection: inout Connection, _ key: FlowKey, _ hash: UInt32) -> Bool {
    let fromA = isFromA(key)
    connection.key = key
    connection.shared = Shared()
    connection.shared.marks = fromA ? [.rolesKnown, .clientIsA] : .rolesKnown
    connection.shared.hash = hash
    connection.shared.id = id
    connection.shared.interface = UInt16(interface)
    connection.shared.encapsulation = UInt16(encapsulation)
    connection.shared.lastTime = moment.time
    connection.a = Sender()
    connection.b = Sender()
    if fromA { open(&connection.a) } else { open(&connection.b) }
    return fromA
  }

  /// As `Sender.count`, `takeSYN` and `advance` do, of a SYN without data.
  @inline(__always) private mutating func open(_ side: inout Sender) {
    let moment = moment
    let options = TCPOptionSet(rawValue: UInt16(truncatingIfNeeded: flagsAndOptions >> 16))
    side.origin = SequenceNumber(sequence &+ 1)
    side.marks = [.origin, .syn, .timing]
    if options.mayHideOthers { side.marks.formUnion([.optionsUnknown, .mptcpUnknown]) }
    if options.contains(.mss) {
      side.mss = mss
      side.marks.insert(.mss)
    }
    if options.contains(.windowScale) {
      side.windowScale = windowScale
      side.marks.insert(.windowScale)
    }
    if options.contains(.sackPermitted) { side.marks.insert(.sackPermitted) }
    if options.contains(.timestamps) { side.marks.insert(.timestamps) }
    if options.contains(.mptcp) { side.marks.insert(.mptcp) }
    if options.contains(.mptcpSubflow) { side.marks.insert(.mptcpJoin) }
    side.synCount = 1
    side.packets = 1
    side.wireBytes = UInt64(wireLength)
    side.first = moment
    side.last = moment
    side.timedOffset = -1
    side.timed = moment
    side.likeness[0] = likeness
    side.ipID = ipID
    side.macHash = macHash
    side.ttl = ttl
    side.ttlLow = ttl
    side.ttlHigh = ttl
  }

  private var likeness: Likeness {
    let flags = UInt16(truncatingIfNeeded: flagsAndOptions)
    return Likeness(
      hash: Sender.likeness(
        numbers: UInt64(sequence) << 32, payload: 0, window: window, flags: flags, ipID: ipID, checksum: checksum),
      microseconds: Sender.microseconds(moment.time))
  }

  /// Whether its source is the lower end.
  @inline(__always) private func isFromA(_ key: FlowKey) -> Bool {
    key.aLow == IPAddress(v4: source).low && key.aPort == sourcePort
  }
}
