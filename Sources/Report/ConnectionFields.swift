internal import Audit
internal import Flow
internal import Wire

/// What can be done with the fields of a connection record, in their order; nil is unknown.
protocol FieldVisitor {
  mutating func open(_ group: StaticString)
  mutating func close()
  mutating func count(_ name: StaticString, _ value: UInt64?)
  mutating func flag(_ name: StaticString, _ value: Bool?)
  mutating func text(_ name: StaticString, _ value: String?)
  /// A text of ours: letters, `_` and `-`.
  mutating func word(_ name: StaticString, _ value: String?)
  mutating func address(_ name: StaticString, _ value: IPAddress, ipVersion: UInt8)
  mutating func time(_ name: StaticString, _ value: Timestamp?)
  /// - Parameter nanoseconds: written as seconds.
  mutating func seconds(_ name: StaticString, _ nanoseconds: Int64?)
  mutating func communityID(_ name: StaticString, _ facts: Facts)
  mutating func numbers(_ name: StaticString, _ values: [UInt16])
  mutating func tunnels(_ name: StaticString, _ values: [Tunnel])
  mutating func rules(_ name: StaticString, _ findings: [FindingRecord])
}

extension FieldVisitor {
  mutating func word(_ name: StaticString, _ value: String?) { text(name, value) }
}

// The connection record of interface.md: the one place that knows its fields and their order.
extension ConnectionRecord {
  /// - Parameter severalInputs: packet numbers need their input.
  func visit(_ visitor: inout some FieldVisitor, severalInputs: Bool) {
    visitor.count("id", facts.id)
    visitor.communityID("community_id", facts)
    // Of packets that the capture cut before their flags it is not known what they were.
    let isKnown = !facts.client.headersCut && !facts.server.headersCut
    open(.client, &visitor)
    facts.client.visit(&visitor, isKnown: isKnown, severalInputs: severalInputs)
    close(.client, &visitor)
    open(.server, &visitor)
    facts.server.visit(&visitor, isKnown: isKnown, severalInputs: severalInputs)
    close(.server, &visitor)
    visitor.word("roles", facts.rolesKnown ? "handshake" : "guessed")
    visitor.count("ip_version", UInt64(facts.ipVersion))
    visitor.numbers("vlan", encapsulation.vlans)
    visitor.tunnels("tunnel", encapsulation.tunnels)
    visitor.text("interface", interface)
    let isDated = !facts.isUndated
    visitor.time("start", isDated ? facts.start.time : nil)
    // Across a step of the clock backwards nobody knows how long it took, nor when it ended.
    let isForward = isDated && facts.end.time >= facts.start.time
    visitor.time("end", isForward ? facts.end.time : nil)
    visitor.seconds("duration", isForward ? facts.duration : nil)
    visitor.seconds("handshake_rtt", isDated ? facts.handshakeRTT : nil)
    visitor.word("state", facts.state.name)
    visitor.word("closed_by", facts.closedBy?.rawValue)
    visitor.word("ended_because", facts.endedBecause.rawValue)
    visitor.rules("rules", findings)
    visitor.count("same_as", sameAs)
  }

  // Inlined: each call would work on a copy of the facts.

  @inline(__always) private func open(_ side: Side, _ visitor: inout some FieldVisitor) {
    let endpoint = facts.endpoint(side)
    visitor.open(side == .client ? "client" : "server")
    visitor.address("address", endpoint.address, ipVersion: facts.ipVersion)
    visitor.count("port", UInt64(endpoint.port))
  }

  @inline(__always) private func close(_ side: Side, _ visitor: inout some FieldVisitor) {
    visitor.word("socket_state", facts.socketState(of: side)?.name ?? "UNKNOWN")
    visitor.close()
  }
}

extension SideFacts {
  fileprivate func visit(_ visitor: inout some FieldVisitor, isKnown: Bool, severalInputs: Bool) {
    visitor.count("packets", packets)
    visitor.count("duplicate_packets", duplicatePackets)
    visitor.count("wire_bytes", wireBytes)
    visitor.count("sent_bytes", isKnown ? sentBytes : nil)
    visitor.count("payload_bytes", isKnown ? payloadBytes : nil)
    visitor.count("retransmitted_packets", isKnown ? retransmittedPackets : nil)
    visitor.count("retransmitted_bytes", isKnown ? retransmittedBytes : nil)
    visitor.count("out_of_order_packets", isKnown ? outOfOrderPackets : nil)
    visitor.count("missing_bytes", isKnown ? missingBytes : nil)
    visitor.count("acked_bytes", isKnown ? ackedBytes : nil)
    visitor.count("unacked_bytes", isKnown ? unackedBytes : nil)
    visitor.count("first_packet", first?.packet.number)
    visitor.count("last_packet", last?.packet.number)
    if severalInputs {
      // Of the first packet; the last one may be in a later file.
      visitor.count("input", first.map { UInt64($0.packet.input) })
      visitor.count("last_input", last.map { UInt64($0.packet.input) })
    }
    visitor.count("syn_packets", isKnown ? synPackets : nil)
    visitor.count("fin_packets", isKnown ? finPackets : nil)
    visitor.flag("fin_acked", isKnown ? finIsAcked : nil)
    visitor.count("rst_packets", isKnown ? rstPackets : nil)
    visitor.count("keepalive_packets", isKnown ? keepalivePackets : nil)
    visitor.count("zero_window_packets", isKnown ? zeroWindowPackets : nil)
    visitor.count("window_probe_packets", isKnown ? windowProbePackets : nil)
    visitor.count("mss", mss.map(UInt64.init))
    visitor.count("window_scale", windowScale.map(UInt64.init))
    visitor.flag("sack_permitted", sackPermitted)
    visitor.flag("timestamps", timestamps)
    visitor.count("ttl", ttl.map(UInt64.init))
  }
}
