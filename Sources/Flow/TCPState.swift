/// The states of RFC 9293 §3.3.2, as the kernel of one end must hold them.
public enum TCPState: UInt8, CaseIterable, Sendable {
  case closed, listen, synSent, synReceived, established
  case finWait1, finWait2, closeWait, closing, lastAck, timeWait

  /// As `ss` and `interface.md` spell it.
  public var name: String {
    switch self {
    case .closed: "CLOSE"
    case .listen: "LISTEN"
    case .synSent: "SYN-SENT"
    case .synReceived: "SYN-RECV"
    case .established: "ESTAB"
    case .finWait1: "FIN-WAIT-1"
    case .finWait2: "FIN-WAIT-2"
    case .closeWait: "CLOSE-WAIT"
    case .closing: "CLOSING"
    case .lastAck: "LAST-ACK"
    case .timeWait: "TIME-WAIT"
    }
  }
}
