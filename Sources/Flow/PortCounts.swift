/// How many connections of this run had a port at either end: a service's port is shared by many peers, a client's by
/// few. Tells who is the server where no handshake was seen.
struct PortCounts {
  private var counts = [UInt32](repeating: 0, count: 65_536)

  mutating func count(_ key: FlowKey) {
    counts[Int(key.aPort)] &+= 1
    counts[Int(key.bPort)] &+= 1
  }

  /// Whether `a` is likelier the client's end: the other port is shared by more, else is lower; nil where they are equal.
  func clientIsA(_ key: FlowKey) -> Bool? {
    let ours = counts[Int(key.aPort)]
    let theirs = counts[Int(key.bPort)]
    if ours != theirs { return ours < theirs }
    return key.aPort == key.bPort ? nil : key.aPort > key.bPort
  }
}
