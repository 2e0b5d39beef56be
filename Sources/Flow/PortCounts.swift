/// How many connections of this run had a port at either end: a service's port is shared by many peers, a client's by
/// few. Tells who is the server where no handshake was seen.
struct PortCounts: Sendable {
  private(set) var counts = [UInt32](repeating: 0, count: 65_536)

  mutating func count(_ key: FlowKey) { count(key.aPort, key.bPort) }

  mutating func count(_ aPort: UInt16, _ bPort: UInt16) {
    counts[Int(aPort)] &+= 1
    counts[Int(bPort)] &+= 1
  }

  /// Whether `a` is likelier the client's end: the other port is shared by more, else is lower; nil where they are equal.
  func clientIsA(_ key: FlowKey) -> Bool? { clientIsA(key.aPort, key.bPort) }

  func clientIsA(_ aPort: UInt16, _ bPort: UInt16) -> Bool? {
    let ours = counts[Int(aPort)]
    let theirs = counts[Int(bPort)]
    if ours != theirs { return ours < theirs }
    return aPort == bPort ? nil : aPort > bPort
  }
}
