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

  private mutating func visit(_ id: Int32, _ places: [UInt32: Int32]) {
    let index = Int32(clamping: processes.count)
    var held = 0
    var isForbidden = false
    let count = ProcessFiles.visit(id, isForbidden: &isForbidden) { descriptor, inode in
      guard let place = places[inode].map(Int.init) else { return }
      held += 1
      if owners[place] == nil {
        owners[place] = Owner(process: index, descriptor: descriptor)
      } else {
        owners[place]?.others &+= 1
      }
    }
    if isForbidden { forbidden += 1 }
    guard let count, held > 0 else { return }
    processes.append(
      HostProcess(
        id: id, name: ProcessFiles.name(id),
        started: Kernel.file("/proc/\(id)/stat").flatMap(ProcessFiles.started) ?? 0,
        descriptors: count, sockets: held, limit: Kernel.file("/proc/\(id)/limits").flatMap(ProcessFiles.softLimit)))
  }
}
