internal import Glibc

/// The processes that hold TCP sockets, and which descriptor is whose.
struct ProcessTable {
  private(set) var processes: [HostProcess] = []
  /// Beside the sockets that it was made for.
  private(set) var owners: [Owner?]
  /// Processes that may not be looked into.
  private(set) var forbidden = 0

  /// Reads /proc once.
  /// - Parameter except: a process that is passed over.
  init(of sockets: [Socket], except: Int32? = nil) {
    owners = Array(repeating: nil, count: sockets.count)
    var places: [UInt32: Int32] = [:]
    places.reserveCapacity(sockets.count)
    for (index, socket) in sockets.enumerated() where socket.isHeld { places[socket.inode] = Int32(clamping: index) }
    // This program may have inherited some: it is not who uses them.
    for id in Directory.names("/proc").compactMap({ Int32($0) }).sorted() where id != except { visit(id, places) }
  }

  /// Nothing held by anybody yet.
  init(sockets: Int) { owners = Array(repeating: nil, count: sockets) }

  private mutating func visit(_ id: Int32, _ places: [UInt32: Int32]) {
    var held: [(place: Int, descriptor: Int32)] = []
    var isForbidden = false
    let count = ProcessFiles.visit(id, isForbidden: &isForbidden) { descriptor, inode in
      if let place = places[inode] { held.append((Int(place), descriptor)) }
    }
    if isForbidden { forbidden += 1 }
    guard let count, !held.isEmpty else { return }
    enter(
      HostProcess(
        id: id, name: ProcessFiles.name(id),
        started: Kernel.file("/proc/\(id)/stat").flatMap(ProcessFiles.started) ?? .max,
        descriptors: count, sockets: held.count,
        limit: Kernel.file("/proc/\(id)/limits").flatMap(ProcessFiles.softLimit)),
      holding: held)
  }

  /// Of several that hold a socket, the one that began first is named: who came later has inherited it. Numbers don't tell, they begin
  /// anew at `kernel.pid_max`.
  mutating func enter(_ process: HostProcess, holding sockets: [(place: Int, descriptor: Int32)]) {
    let index = Int32(clamping: processes.count)
    processes.append(process)
    for (place, descriptor) in sockets {
      let before = owners[place]
      let isOlder = before.map { process.started < processes[Int($0.process)].started } ?? true
      if isOlder { owners[place] = Owner(process: index, descriptor: descriptor) }
      if let before { owners[place]?.others = before.others == .max ? .max : before.others + 1 }
    }
  }
}
