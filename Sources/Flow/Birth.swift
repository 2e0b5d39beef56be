public import Wire

/// How a connection began, in what a NAT leaves as it is: the ISNs, and when each side's first packet passed the capture.
///
/// Both sides of a NAT in one capture show one connection twice, under two 4-tuples (field.md, trap 27). The same packets pass the
/// capture twice then, and in the order of the path: the client's side has the SYN first and the answer last.
public struct Birth: BitwiseCopyable, Hashable, Sendable {
  /// Of its SYN, as on the wire.
  public var clientISN: SequenceNumber
  /// nil where the server sent no SYN-ACK.
  public var serverISN: SequenceNumber?
  /// Of each side's first packet; the server's is nil where it sent none.
  public var clientFirst: Timestamp
  /// nil where the server sent nothing.
  public var serverFirst: Timestamp?
  /// As it arrived at the capture.
  public var clientTTL: UInt8
  /// 0 where the server sent nothing.
  public var serverTTL: UInt8

  /// Longest time that a NAT keeps a packet, ns: queues and a forwarding table that is asked by a program first.
  private static var passage: Int64 { 1_000_000_000 }

  /// Whether these are two sights of one beginning.
  func isTwin(of other: Birth) -> Bool {
    guard clientISN == other.clientISN, serverISN == other.serverISN else { return false }
    return clientFirst <= other.clientFirst ? leadsTo(other) : other.leadsTo(self)
  }

  /// This side is nearer to the client.
  private func leadsTo(_ far: Birth) -> Bool {
    guard far.clientFirst.since(clientFirst) <= Birth.passage, far.clientTTL <= clientTTL else { return false }
    guard let answer = serverFirst, let itsAnswer = far.serverFirst else {
      // A SYN alone has half the ISNs: a router must have lowered its TTL.
      return serverFirst == nil && far.serverFirst == nil && far.clientTTL < clientTTL
    }
    // A scanner's SYNs all have one ISN: an answer without one of its own proves nothing.
    guard serverISN != nil else { return false }
    return itsAnswer <= answer && answer.since(itsAnswer) <= Birth.passage && serverTTL <= far.serverTTL
  }
}

extension Facts {
  /// nil where the client's SYN is not in the capture.
  var birth: Birth? {
    guard let isn = client.isn, let first = client.first, let ttl = client.ttl else { return nil }
    return Birth(
      clientISN: isn, serverISN: server.isn, clientFirst: first.time, serverFirst: server.first?.time, clientTTL: ttl,
      serverTTL: server.ttl ?? 0)
  }
}

extension Birth {
  /// Of no connection yet.
  static var none: Birth {
    Birth(
      clientISN: SequenceNumber(0), serverISN: nil, clientFirst: Timestamp(nanoseconds: 0), serverFirst: nil,
      clientTTL: 0, serverTTL: 0)
  }

  init?(client: inout Sender, server: inout Sender) {
    guard client.marks.contains(.syn) else { return nil }
    clientISN = client.origin.advanced(by: -1)
    serverISN = server.marks.contains(.syn) ? server.origin.advanced(by: -1) : nil
    clientFirst = client.first.time
    serverFirst = server.packets > 0 ? server.first.time : nil
    clientTTL = client.ttl
    serverTTL = server.packets > 0 ? server.ttl : 0
  }
}
