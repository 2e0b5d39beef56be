internal import Audit
internal import Flow

extension FindingRecord {
  /// `client's socket: python3 (4711), descriptor 7 in web1`; both ends where both are on this host. nil where no process is known.
  public var holders: String? {
    guard let sockets else { return nil }
    let known = Side.allCases.compactMap { side in
      sockets[side].flatMap { socket in
        socket.holder.map { "\(side.name)'s socket: \($0.text)" + (socket.namespace.map { " in \($0)" } ?? "") }
      }
    }
    return known.isEmpty ? nil : known.joined(separator: "; ")
  }
}

extension JSONFields {
  /// This host's sockets at the connection's ends, by the names of `tcpaudit sockets`.
  mutating func sockets(_ ends: HostEnds) {
    let known = Side.allCases.compactMap { side in ends[side].map { (side, $0) } }
    list("sockets", known) { fields, end in
      let (side, socket) = end
      fields.begin()
      fields.text("side", side.name)
      fields.text("state", socket.state.name)
      fields.count("pid", socket.holder.map { UInt64(clamping: $0.id) })
      fields.text("process", socket.holder?.process)
      fields.count("descriptor", socket.holder.map { UInt64(clamping: $0.descriptor) })
      fields.count("other_descriptors", socket.holder.map { UInt64($0.others) })
      fields.text("namespace", socket.namespace)
      fields.end()
    }
  }
}
