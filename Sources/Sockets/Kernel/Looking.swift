internal import Audit
internal import Wire

extension Snapshot {
  /// Looks at this host now. Nothing is sent and nothing is changed.
  /// - Parameters:
  ///   - allNamespaces: every network namespace that may be entered, not only this process's.
  ///   - exceptProcess: one whose descriptors are passed over.
  public static func take(allNamespaces: Bool = false, exceptProcess: Int32? = nil) throws(SocketTableError) -> Snapshot
  {
    var snapshot = Snapshot(host: Kernel.hostName, time: Kernel.now, uptime: Kernel.uptime, namespaces: [])
    snapshot.add(try NamespaceView(name: "", number: 0))
    if allNamespaces { snapshot.addOthers() }
    let table = ProcessTable(of: snapshot.sockets, except: exceptProcess)
    snapshot.processes = table.processes
    snapshot.owners = table.owners
    snapshot.forbiddenProcesses = table.forbidden
    return snapshot
  }

  private mutating func add(_ view: consuming NamespaceView) {
    namespaces.append(view.facts)
    if sockets.isEmpty { sockets = view.sockets } else { sockets += view.sockets }
    if !view.isWhole {
      let place = view.facts.name.isEmpty ? "" : " of namespace \(view.facts.name)"
      gaps.append("the socket table\(place) changed while it was read, again and again: some sockets may be missing")
    }
  }

  private mutating func addOthers() {
    let (others, hidden) = NetworkNamespace.others()
    for namespace in others.prefix(Int(UInt16.max)) {
      let name = namespace.name
      let number = UInt16(clamping: namespaces.count)
      do throws(SocketTableError) {
        add(try namespace.inside { () throws(SocketTableError) in try NamespaceView(name: name, number: number) })
      } catch {
        hidesNamespaces = true
        gaps.append("network namespace \(name): \(error.cause)" + (error.mend.isEmpty ? "" : "; \(error.mend)"))
      }
    }
    if hidden > 0 {
      hidesNamespaces = true
      let processes = Numeral.count(hidden, "process", "processes")
      gaps.append("the network namespace of \(processes) can't be looked at; it takes root or CAP_SYS_PTRACE")
    }
  }

  /// Counts the descriptors of its processes again. A process that ended keeps its last count.
  /// - Returns: when, nanoseconds since boot.
  public func countDescriptors() -> (time: Int64, counts: [Int?]) {
    let time = Kernel.uptime
    return (time, processes.map { ProcessFiles.count($0.id) })
  }
}

/// What the calling thread's network namespace holds.
private struct NamespaceView {
  var facts: NamespaceFacts
  var sockets: [Socket] = []
  var isWhole: Bool

  init(name: String, number: UInt16) throws(SocketTableError) {
    var table = try SocketTable()
    isWhole = try table.read(namespace: number, into: &sockets)
    let forwards = ["ipv4/ip_forward", "ipv6/conf/all/forwarding"].contains {
      Kernel.number("/proc/sys/net/\($0)").map { $0 != 0 } ?? false
    }
    facts = NamespaceFacts(
      name: name, addresses: HostAddresses.all(), forwards: forwards,
      finTimeout: Int64(Kernel.number("/proc/sys/net/ipv4/tcp_fin_timeout") ?? 60) * 1_000_000_000)
  }
}
