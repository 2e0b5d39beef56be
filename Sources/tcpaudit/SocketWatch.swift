internal import Audit
internal import Engine
internal import Flow
internal import Glibc
internal import Sockets
internal import Wire

/// Reads this host's socket table again and again beside a live audit, on a thread of its own: the packets' loop never waits for it.
///
/// Why the unsafe lines hold: pthread_create(3) is given a context that the new thread takes over, and signal sets are filled before they
/// are used.
final class SocketWatch: Sendable {
  /// Between two readings, ns; on a host with very many sockets so many times as long as a reading takes.
  private static var interval: Int64 { 1_000_000_000 }
  private static var restFactor: Int64 { 20 }

  let tables = HostTables()
  private let limits: SocketLimits
  private let allNamespaces: Bool

  /// - Parameter allNamespaces: those of other network namespaces too, as far as packets can tell whose they are.
  init(_ limits: SocketLimits, allNamespaces: Bool) {
    self.limits = limits
    self.allNamespaces = allNamespaces
  }

  /// Begins. The thread lasts as long as the program, and keeps no right but to look into processes, and into namespaces where somebody
  /// asked for them.
  func start() throws {
    // Signals are the loop's: it waits for packets and for them.
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    let failure = unsafe pthread_create(
      &thread, nil,
      { context in
        if let context = unsafe context {
          let watch = unsafe Unmanaged<SocketWatch>.fromOpaque(context).takeRetainedValue()
          watch.work { try Privileges.keep(watch.allNamespaces ? .namespaces : .processes) }
        }
        return nil
      }, context)
    guard failure == 0 else {
      throw Failure(.unreadable, "no thread could be started to read the sockets: error \(failure)")
    }
  }

  /// - Parameter dropRights: throws away what it does not need; where that fails nothing is done.
  func work(_ dropRights: () throws -> Void) {
    do { try dropRights() } catch {
      tables.note("this host's sockets are not looked at, as that would be with more rights than it takes: \(error)")
      return
    }
    var reading = Reading(limits: limits, allNamespaces: allNamespaces)
    while true {
      let start = LiveRun.monotonic
      reading.turn(tables)
      SocketWatch.wait(
        max(SocketWatch.interval - (LiveRun.monotonic - start), SocketWatch.restFactor * (LiveRun.monotonic - start)))
    }
  }

  private static func wait(_ nanoseconds: Int64) {
    var rest = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    _ = unsafe nanosleep(&rest, nil)
  }
}

/// What is remembered from one reading to the next.
private struct Reading {
  private let allNamespaces: Bool
  private var leaks: LeakWatch
  private var failure: String?
  private var saidForbidden = false
  private var saidLeftOut = false
  private var saidHidden = false

  init(limits: SocketLimits, allNamespaces: Bool) {
    leaks = LeakWatch(limits)
    self.allNamespaces = allNamespaces
  }

  /// One reading.
  mutating func turn(_ tables: HostTables) {
    do throws(SocketTableError) {
      let snapshot = try Snapshot.take(allNamespaces: allNamespaces)
      failure = nil
      var table = HostTable(snapshot, complete: Timestamp(nanoseconds: LiveRun.clock))
      table.claims = leaks.take(snapshot).map { HostClaim(key: $0.key, version: $0.version, finding: $0.finding) }
      sayGaps(snapshot, table, tables)
      tables.publish(table)
    } catch {
      let words = "this host's sockets can't be read: \(error.cause)" + (error.mend.isEmpty ? "" : "; \(error.mend)")
      if failure != words { tables.note(words) }
      failure = words
    }
  }

  private var right: String {
    let rights = Privileges.capabilities(sockets: true, allNamespaces: allNamespaces)
    return "root (not a container's), or sudo setcap \(rights) \(Directory.ownProgram)"
  }

  private mutating func sayGaps(_ snapshot: Snapshot, _ table: HostTable, _ tables: HostTables) {
    if snapshot.forbiddenProcesses > 0, snapshot.unowned > 0, !saidForbidden {
      saidForbidden = true
      tables.note(
        "\(Numeral.count(snapshot.forbiddenProcesses, "process", "processes")) may not be looked into, and "
          + "\(Numeral.count(snapshot.unowned, "socket is", "sockets are")) without a name for it: \(right)")
    }
    if snapshot.hidesNamespaces, !saidHidden {
      saidHidden = true
      tables.note("there are network namespaces that may not be looked into: \(right)")
    }
    if table.leftOut > 0, !saidLeftOut {
      saidLeftOut = true
      tables.note("\(Numeral.text(table.leftOut)) sockets are more than are looked at beside the packets")
    }
  }
}

extension HostTable {
  /// What the packets' way asks of a reading.
  init(_ snapshot: Snapshot, complete: Timestamp) {
    self.init(seen: snapshot.time, complete: complete, count: snapshot.sockets.count)
    let places = AddressPlaces(snapshot.namespaces)
    for (index, socket) in snapshot.sockets.enumerated() where places.isSeen(socket) {
      switch socket.state {
      case .listen, .timeWait, .closed: continue
      default: break
      }
      let owner = snapshot.owners[index]
      let holder = owner.map { owner in
        let process = snapshot.processes[Int(owner.process)]
        return SocketHolder(id: process.id, process: process.name, descriptor: owner.descriptor, others: owner.others)
      }
      add(
        socket.local, socket.remote,
        HostSocket(
          state: socket.state, seen: snapshot.time, heard: socket.silence.map { snapshot.time.advanced(by: 0 &- $0) },
          holder: holder,
          namespace: socket.namespace == 0 ? nil : snapshot.namespaces[Int(socket.namespace)].name))
    }
  }
}
