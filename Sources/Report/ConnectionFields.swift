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
  mutating func address(_ name: StaticString, _ value: IPAddress, ipVersion: UInt8)
  mutating func time(_ name: StaticString, _ value: Timestamp?)
  /// - Parameter nanoseconds: written as seconds.
  mutating func seconds(_ name: StaticString, _ nanoseconds: Int64?)
  mutating func communityID(_ name: StaticString, _ facts: Facts)
  mutating func numbers(_ name: StaticString, _ values: [UInt16])
  mutating func tunnels(_ name: StaticString, _ values: [Tunnel])
  mutating func rules(_ name: StaticString, _ findings: [FindingRecord])
}

// The connection record of interface.md: the one place that knows its fields and their order.
extension ConnectionRecord {
  /// - Parameter severalInputs: packet numbers need their input.
  func visit(_ visitor: inout some FieldVisitor, severalInputs: Bool) {
    visitor.count("id", facts.id)
    visitor.communityID("community_id", facts)
    visit(.client, &visitor, severalInputs: severalInputs)
    visit(.server, &visitor, severalInputs: severalInputs)
    visitor.text("roles", facts.rolesKnown ? "handshake" : "guessed")
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
    visitor.text("state", facts.state.name)
    visitor.text("closed_by", facts.closedBy?.rawValue)
    visitor.text("ended_because", facts.endedBecause.rawValue)
    visitor.rules("rules", findings)
    visitor.count("same_as", sameAs)
  }

  private func visit(_ side: Side, _ visitor: inout some FieldVisitor, severalInputs: Bool) {
    let endpoint = facts.endpoint(side)
    let own = side == .client ? facts.client : facts.server
    // Of packets that the capture cut before their flags it is not known what they were.
    let isKnown = !facts.client.headersCut && !facts.server.headersCut
    visitor.open(side == .client ? "client" : "server")
    visitor.address("address", endpoint.address, ipVersion: facts.ipVersion)
    visitor.count("port", UInt64(endpoint.port))
    visitor.count("packets", own.packets)
    visitor.count("duplicate_packets", own.duplicatePackets)
    visitor.count("wire_bytes", own.wireBytes)
    visitor.count("sent_bytes", isKnown ? own.sentBytes : nil)
    visitor.count("payload_bytes", isKnown ? own.payloadBytes : nil)
    visitor.count("retransmitted_packets", isKnown ? own.retransmittedPackets : nil)
    visitor.count("retransmitted_bytes", isKnown ? own.retransmittedBytes : nil)
    visitor.count("out_of_order_packets", isKnown ? own.outOfOrderPackets : nil)
    visitor.count("missing_bytes", isKnown ? own.missingBytes : nil)
    visitor.count("acked_bytes", isKnown ? own.ackedBytes : nil)
    visitor.count("unacked_bytes", isKnown ? own.unackedBytes : nil)
    visitor.count("first_packet", own.first?.packet.number)
    visitor.count("last_packet", own.last?.packet.number)
    if severalInputs {
      // Of the first packet; the last one may be in a later file.
      visitor.count("input", own.first.map { UInt64($0.packet.input) })
      visitor.count("last_input", own.last.map { UInt64($0.packet.input) })
    }
    visitor.count("syn_packets", isKnown ? own.synPackets : nil)
    visitor.count("fin_packets", isKnown ? own.finPackets : nil)
    visitor.flag("fin_acked", isKnown ? own.fin?.acked != nil : nil)
    visitor.count("rst_packets", isKnown ? own.rstPackets : nil)
    visitor.count("keepalive_packets", isKnown ? own.keepalivePackets : nil)
    visitor.count("zero_window_packets", isKnown ? own.zeroWindowPackets : nil)
    visitor.count("window_probe_packets", isKnown ? own.windowProbePackets : nil)
    visitor.count("mss", own.mss.map(UInt64.init))
    visitor.count("window_scale", own.windowScale.map(UInt64.init))
    visitor.flag("sack_permitted", own.sackPermitted)
    visitor.flag("timestamps", own.timestamps)
    visitor.count("ttl", own.ttl.map(UInt64.init))
    visitor.text("socket_state", facts.socketState(of: side)?.name ?? "UNKNOWN")
    visitor.close()
  }
}
