internal import Audit
internal import Flow

/// The FIN came no later than the last thing that was heard. A half-closed connection on which we still send is at work.
let closeWait = SocketRule(
  id: "close-wait", title: "the peer has closed, and the application does not call close()", severityOfMany: .error,
  judge: { socket, surroundings in
    guard socket.state == .closeWait, socket.isHeld, let quiet = socket.quiet, quiet >= surroundings.limits.idle else {
      return nil
    }
    // Linux counts the unread FIN as a byte of the receive queue.
    return Suspicion(.warning, .certain, lasting: quiet, amount: socket.receiveQueue > 0 ? 1 : 0)
  },
  meaning: { group in
    let unread =
      group.amount == 0
      ? "although it has read everything"
      : group.amount == UInt64(group.count)
        ? "nor has it read to the end" : "and of \(Numeral.text(group.amount)) it has not read to the end"
    return "The peer has closed \(group.count == 1 ? "the connection" : "these connections"), and the application does "
      + "not call close(), \(unread). Each holds a descriptor for as long as the process lives."
  },
  mend:
    "close() what read() returned 0 for, also on the paths that handle errors; the oldest ones show since when it goes "
    + "wrong")
