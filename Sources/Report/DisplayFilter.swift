internal import Flow
internal import Wire

extension ByteWriter {
  /// Selects the connection in Wireshark: addresses and ports, and its frames where another connection used the same.
  ///
  /// Frame numbers count within one file: a connection that goes over two files gets no range.
  mutating func displayFilter(_ facts: Facts) {
    let field = facts.ipVersion == 6 ? "ipv6.addr==" : "ip.addr=="
    text(field)
    text(facts.clientEndpoint.address.text(ipVersion: facts.ipVersion))
    text(" && ")
    text(field)
    text(facts.serverEndpoint.address.text(ipVersion: facts.ipVersion))
    text(" && tcp.port==")
    decimal(UInt64(facts.clientEndpoint.port))
    text(" && tcp.port==")
    decimal(UInt64(facts.serverEndpoint.port))
    let (first, last) = (facts.start.packet, facts.end.packet)
    guard facts.tupleReused, first.input == last.input else { return }
    text(" && frame.number>=")
    decimal(first.number)
    text(" && frame.number<=")
    decimal(last.number)
  }
}
