// ACKs without data, of which a capture may have none at all: who filters by length, by PSH or by the flags of the ends leaves them out. Then
// no silence is one, and what nobody is seen to acknowledge may have been.
extension Facts {
  /// Of neither side the capture has an ACK alone, and one at least was sent: the handshake's; or that of what was acknowledged later than
  /// anybody waits who has it, and was not sent again meanwhile.
  public var lacksPureACKs: Bool {
    guard client.sentNoPureACK, server.sentNoPureACK else { return false }
    return handshake.ackCameWithData || client.acksTooLate(server) || server.acksTooLate(client)
  }
}

extension SideFacts {
  /// By a keepalive, longer after it than anybody waits with an ACK, or than `peer` waited before it sent that again for a second time.
  fileprivate func acksTooLate(_ peer: SideFacts) -> Bool {
    acksLateBy > (peer.retransmittedPackets == 0 ? Plausible.delayedACK : 2 * Plausible.firstTimeout)
      && peer.retransmittedPackets <= 1
  }

  /// All its packets are something else: a SYN, RSTs, probes, and as many segments as its data take at the least, or repetitions.
  fileprivate var sentNoPureACK: Bool {
    // A FIN may stand alone or behind data.
    guard !headersCut, finPackets == 0, synPackets <= 1, payloadBytes <= UInt64(UInt32.max) else { return false }
    let largest = UInt64(max(largestSent, 1))
    let segments = (payloadBytes + largest - 1) / largest
    return packets <= synPackets + rstPackets + keepalivePackets + windowProbePackets + retransmittedPackets + segments
  }
}
