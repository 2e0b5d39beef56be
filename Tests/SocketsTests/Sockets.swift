import Flow
import Wire

@testable import Sockets

/// Sockets in few words.
extension Socket {
  static func make(
    _ state: TCPState = .established, _ timer: SocketTimer = .off, unanswered: UInt8 = 0, unread: UInt32 = 0,
    unacked: UInt32 = 0, silent seconds: Int = 0, sent: Int? = nil, received: Int? = nil, rto: UInt32 = 200_000,
    local: String = "10.0.0.1", _ localPort: UInt16 = 40000, remote: String = "10.0.0.2", _ remotePort: UInt16 = 443,
    inode: UInt32 = 1, expires: UInt32 = 0
  ) -> Socket {
    var socket = Socket()
    socket.state = state
    socket.timer = timer
    socket.unanswered = unanswered
    socket.receiveQueue = unread
    socket.sendQueue = unacked
    socket.inode = inode
    socket.timerExpires = expires
    socket.local = Endpoint(address: address(local), port: localPort)
    socket.remote = Endpoint(address: address(remote), port: remotePort)
    if state != .listen, state != .timeWait, state != .synReceived, !(state == .finWait2 && inode == 0) {
      var info = SocketInfo()
      info.sinceAckReceived = UInt32(seconds * 1000)
      info.sinceDataReceived = UInt32((received ?? seconds) * 1000)
      info.sinceDataSent = UInt32((sent ?? seconds) * 1000)
      info.rto = rto
      socket.info = info
    }
    return socket
  }
}

func address(_ text: String) -> IPAddress { HostAddresses.parse(text)?.address ?? IPAddress(high: 0, low: 0) }
