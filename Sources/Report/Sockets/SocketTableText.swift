internal import Audit
internal import Flow
internal import Sockets
internal import Wire

/// `--all`: one line a socket, listeners first, then by state, process and peer. A line is never broken.
struct SocketTableText {
  private static let headings = ["state", "unread", "unacked", "local → remote", "silent", "timer", "process"]
  private static let alignsRight = [false, true, true, false, true, false, false]
  /// A column gets no wider: two IPv4 endpoints fit.
  private static let widest = 45
  private static var blockRows: Int { 1000 }

  private let audit: SocketAudit

  init(_ audit: SocketAudit) { self.audit = audit }

  func write(to page: inout Page, _ output: Output) {
    let sockets = audit.snapshot.sockets
    let order = sockets.indices.sorted { one, two in
      let (left, right) = (sockets[one], sockets[two])
      let (first, second) = (audit.snapshot.owners[one]?.process ?? -1, audit.snapshot.owners[two]?.process ?? -1)
      if left.state != right.state { return left.state.rawValue < right.state.rawValue }
      if first != second { return first < second }
      let (near, far) = (left.remote.address, right.remote.address)
      return (near.high, near.low, left.remote.port, left.local.port) < (
        far.high, far.low, right.remote.port, right.local.port
      )
    }
    var widths = SocketTableText.headings.map(Wording.width)
    var start = 0
    while start < order.count || start == 0 {
      let rows = order[start..<min(start + SocketTableText.blockRows, order.count)].map(row)
      for row in rows {
        for (column, cell) in row.enumerated() {
          widths[column] = max(widths[column], min(Wording.width(cell), SocketTableText.widest))
        }
      }
      if start == 0 { page.row(SocketTableText.headings, widths, alignsRight: SocketTableText.alignsRight, .strong) }
      for row in rows { page.row(row, widths, alignsRight: SocketTableText.alignsRight) }
      output.recordEnded(&page.writer)
      start += SocketTableText.blockRows
    }
  }

  private func row(_ index: Int) -> [String] {
    let snapshot = audit.snapshot
    let socket = snapshot.sockets[index]
    let process = snapshot.process(of: index)
    let descriptor = snapshot.owners[index].map { " fd \($0.descriptor)" } ?? ""
    let place = socket.namespace == 0 ? "" : " in \(snapshot.namespaces[Int(socket.namespace)].name)"
    return [
      socket.state.name, Wording.number(UInt64(socket.receiveQueue)), Wording.number(UInt64(socket.sendQueue)),
      SocketsText.ends(socket), socket.silence.map(Wording.span) ?? "", socket.timer == .off ? "" : socket.timer.name,
      (process.map(SocketsText.name) ?? "-") + descriptor + place,
    ]
  }
}
