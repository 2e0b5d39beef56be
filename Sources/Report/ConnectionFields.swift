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
  mutating func communityID(_ name: StaticString, _ client: Endpoint, _ server: Endpoint, ipVersion: UInt8)
  mutating func numbers(_ name: StaticString, _ values: [UInt16])
  mutating func tunnels(_ name: StaticString, _ values: [Tunnel])
  mutating func rules(_ name: StaticString, _ findings: [FindingRecord])
}

extension FieldVisitor {
  mutating func word(_ name: StaticString, _ value: String?) { text(name, value) }
}

// The connection record of interface.md: the one place that knows its fields and their order.
extension ConnectionVerdict {
  /// - Parameters:
  ///   - facts: of the same connection; they are handed on as they are lent, as each part of them would be copied.
  ///   - severalInputs: packet numbers need their input.
  func visit(_ visitor: inout some FieldVisitor, with facts: Facts, severalInputs: Bool) {
    visitor.count("id", facts.id)
    visitor.communityID("community_id", facts.clientEndpoint, facts.serverEndpoint, ipVersion: facts.ipVersion)
    facts.visit(.client, &visitor, severalInputs: severalInputs)
    facts.visit(.server, &visitor, severalInputs: severalInputs)
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
}

extension Facts {
  fileprivate func visit(_ side: Side, _ visitor: inout some FieldVisitor, severalInputs: Bool) {
    let endpoint = endpoint(side)
    visitor.open(side == .client ? "client" : "server")
    visitor.address("address", endpoint.address, ipVersion: ipVersion)
    visitor.count("port", UInt64(endpoint.port))
    visitor.count("packets", self[side].packets)
    visitor.count("duplicate_packets", self[side].duplicatePackets)
    visitor.count("wire_bytes", self[side].wireBytes)
    // Of packets that the capture cut before their flags it is not known what they were.
    let isKnown = !client.headersCut && !server.headersCut
    visitor.count("sent_bytes", isKnown ? self[side].sentBytes : nil)
    visitor.count("payload_bytes", isKnown ? self[side].payloadBytes : nil)
    visitor.count("retransmitted_packets", isKnown ? self[side].retransmittedPackets : nil)
    visitor.count("retransmitted_bytes", isKnown ? self[side].retransmittedBytes : nil)
    visitor.count("out_of_order_packets", isKnown ? self[side].outOfOrderPackets : nil)
    visitor.count("missing_bytes", isKnown ? self[side].missingBytes : nil)
    visitor.count("acked_bytes", isKnown ? self[side].ackedBytes : nil)
    visitor.count("unacked_bytes", isKnown ? self[side].unackedBytes : nil)
    visitor.count("first_packet", self[side].first?.packet.number)
    visitor.count("last_packet", self[side].last?.packet.number)
    if severalInputs {
      // Of the first packet; the last one may be in a later file.
      visitor.count("input", self[side].first.map { UInt64($0.packet.input) })
      visitor.count("last_input", self[side].last.map { UInt64($0.packet.input) })
    }
    visitor.count("syn_packets", isKnown ? self[side].synPackets : nil)
    visitor.count("fin_packets", isKnown ? self[side].finPackets : nil)
    visitor.flag("fin_acked", isKnown ? self[side].finIsAcked : nil)
    visitor.count("rst_packets", isKnown ? self[side].rstPackets : nil)
    visitor.count("keepalive_packets", isKnown ? self[side].keepalivePackets : nil)
    visitor.count("zero_window_packets", isKnown ? self[side].zeroWindowPackets : nil)
    visitor.count("window_probe_packets", isKnown ? self[side].windowProbePackets : nil)
    visitor.count("mss", self[side].mss.map(UInt64.init))
    visitor.count("window_scale", self[side].windowScale.map(UInt64.init))
    visitor.flag("sack_permitted", self[side].sackPermitted)
    visitor.flag("timestamps", self[side].timestamps)
    visitor.count("ttl", self[side].ttl.map(UInt64.init))
    visitor.word("socket_state", socketState(of: side)?.name ?? "UNKNOWN")
    visitor.close()
  }
}
