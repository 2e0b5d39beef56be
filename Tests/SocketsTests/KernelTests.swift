import Flow
import Glibc
import Testing
import Wire

@testable import Sockets

@Suite("The kernel's own sockets, made on loopback and found again")
struct KernelTests {
  /// The socket of this process behind a descriptor, as a fresh snapshot has it.
  private func find(_ descriptor: Int32) throws -> (socket: Socket, owner: Owner?, snapshot: Snapshot) {
    let snapshot = try Snapshot.take()
    var status = stat()
    try #require(fstat(descriptor, &status) == 0)
    let index = try #require(snapshot.sockets.firstIndex { UInt64($0.inode) == status.st_ino })
    return (snapshot.sockets[index], snapshot.owners[index], snapshot)
  }

  private func judged(_ socket: Socket) -> Set<String> {
    var limits = SocketLimits()
    (limits.idle, limits.stall) = (0, 0)
    let surroundings = SocketSurroundings(limits: limits, isListenedOn: true)
    return Set(SocketCatalogue.rules.filter { $0.judge(socket, surroundings) != nil }.map(\.id))
  }

  @Test(arguments: [AF_INET, AF_INET6]) func anEstablishedConnectionAndItsProcess(family: Int32) throws {
    let pair = try Loopback(family)
    let (client, owner, snapshot) = try find(pair.client)
    let (server, _, _) = try find(pair.server)
    #expect(client.state == .established)
    #expect(client.ipVersion == (family == AF_INET ? 4 : 6))
    #expect(client.local == server.remote)
    #expect(client.remote == server.local)
    #expect(client.remote.port == pair.port)
    #expect(client.isLoopback)
    #expect(client.uid == getuid())
    #expect(client.cookie != server.cookie)
    #expect(client.info != nil && client.memory != nil)
    #expect(owner?.descriptor == pair.client)
    let process = try #require(owner.map { snapshot.processes[Int($0.process)] })
    #expect(process.id == getpid())
    #expect(process.descriptors >= 3 && process.sockets >= 3)
    #expect(process.started > 0 && process.started <= snapshot.uptime)
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(7), &limit)
    #expect(process.limit == Int(exactly: limit.rlim_cur))
    #expect(snapshot.host != "?" && !snapshot.host.isEmpty)
  }

  /// A listener of IPv6 that takes IPv4 as well.
  @Test func mappedAddressesAreIPv4() throws {
    let pair = try Loopback(AF_INET6, clientOf: AF_INET)
    let (server, _, _) = try find(pair.server)
    #expect(server.ipVersion == 4)
    #expect(server.local.address == IPAddress(v4: 0x7f00_0001))
  }

  @Test func whatIsNotRead() throws {
    let pair = try Loopback()
    #expect(send(pair.client, "0123456789", 10, 0) == 10)
    #expect(eventually { (try? find(pair.server).socket.receiveQueue) == 10 })
    let (server, _, _) = try find(pair.server)
    #expect(server.unreadBytes == 10)
    #expect(server.info?.bytesReceived == 10)
    #expect(judged(server) == ["unread-input"])
    #expect(eventually { (try? find(pair.client).socket.info?.bytesAcked) == 11 })
  }

  /// CLOSE-WAIT: the unread FIN counts as a byte, and no longer once everything was read.
  @Test func aPeerThatHasClosed() throws {
    let pair = try Loopback()
    #expect(send(pair.client, "xy", 2, 0) == 2)
    shutdown(pair.client, Int32(SHUT_WR))
    #expect(eventually { (try? find(pair.server).socket.state) == .closeWait })
    #expect(eventually { (try? find(pair.client).socket.state) == .finWait2 })
    var server = try find(pair.server).socket
    #expect((server.receiveQueue, server.unreadBytes) == (3, 2))
    #expect(judged(server) == ["close-wait"])
    var bytes = [UInt8](repeating: 0, count: 10)
    #expect(recv(pair.server, &bytes, 10, 0) == 2)
    #expect(try find(pair.server).socket.unreadBytes == 0)
    #expect(recv(pair.server, &bytes, 10, 0) == 0)
    server = try find(pair.server).socket
    #expect(server.receiveQueue == 0)
    // Held by its process: no orphan.
    #expect(judged(try find(pair.client).socket) == ["fin-wait-2"])
  }

  @Test func anOrphanInFINWait2() throws {
    let pair = try Loopback()
    let local = try find(pair.client).socket.local
    pair.closeClient()
    func orphan() throws -> Socket? { try Snapshot.take().sockets.first { $0.local == local && $0.state == .finWait2 } }
    #expect(eventually { (try? orphan()) ?? nil != nil })
    let socket = try #require(try orphan())
    #expect(!socket.isHeld)
    #expect(socket.timer == .timeWait || socket.timer == .keepalive)
    #expect(socket.timerExpires > 0 && socket.timerExpires <= 60_000)
    #expect(judged(socket) == ["fin-wait-2-orphan"])
  }

  @Test func aReaderThatDoesNotRead() throws {
    let pair = try Loopback()
    _ = fcntl(pair.client, F_SETFL, O_NONBLOCK)
    let bytes = [UInt8](repeating: 1, count: 1 << 16)
    while send(pair.client, bytes, bytes.count, 0) > 0 {}
    // Until the window is closed, and the kernel asks whether it still is.
    #expect(eventually { (try? find(pair.client).socket.timer) == .windowProbe })
    let client = try find(pair.client).socket
    #expect(client.unackedBytes > 0)
    #expect(judged(client) == ["stalled-reader"])
  }

  @Test func keepaliveIsSeen() throws {
    let pair = try Loopback()
    #expect(judged(try find(pair.client).socket).isEmpty)
    #expect(try find(pair.client).socket.timer == .off)
    var on: Int32 = 1
    setsockopt(pair.client, SOL_SOCKET, SO_KEEPALIVE, &on, 4)
    let client = try find(pair.client).socket
    #expect(client.timer == .keepalive)
    #expect(client.timerExpires > 0)
  }

  @Test func aListenerThatDoesNotAccept() throws {
    let listener = try Loopback.listen(AF_INET, backlog: 1)
    defer { close(listener.descriptor) }
    var clients: [Int32] = []
    defer { for client in clients { close(client) } }
    // One more than the limit is taken in; the third waits for an answer.
    for _ in 0..<3 {
      let client = socket(AF_INET, unsharedStream, 0)
      _ = fcntl(client, F_SETFL, O_NONBLOCK)
      Loopback.connect(client, AF_INET, listener.port)
      clients.append(client)
    }
    #expect(eventually { (try? find(listener.descriptor).socket.receiveQueue) == 2 })
    let (socket, owner, snapshot) = try find(listener.descriptor)
    #expect(socket.state == .listen)
    #expect(socket.sendQueue == 1)
    #expect(owner?.descriptor == listener.descriptor)
    #expect(judged(socket) == ["accept-overflow"])
    let waiting = snapshot.sockets.filter { $0.local.port == listener.port && $0.state == .established }
    #expect(waiting.count == 2)
    #expect(waiting.allSatisfy { !$0.isHeld && judged($0) == ["unaccepted"] })
    // Who waits belongs to who should accept.
    var limits = SocketLimits()
    limits.stall = 0
    let group = SocketAudit(snapshot, limits).groups.first {
      $0.rule.id == "unaccepted" && $0.service == .ours(waiting[0].local)
    }
    #expect(group?.process.map { snapshot.processes[$0].id } == getpid())
  }

  /// Numbers of processes begin anew at kernel.pid_max: a child's may be lower than its parent's.
  @Test(
    arguments: [[(9, 100), (3, 200)], [(3, 200), (9, 100)], [(9, 100), (3, .max)], [(9, 100), (3, 100)]]
      as [[(Int32, Int64)]])
  func whoInheritedASocketIsNotItsHolder(processes: [(id: Int32, started: Int64)]) throws {
    var table = ProcessTable(sockets: 2)
    for process in processes {
      table.enter(
        HostProcess(id: process.id, name: "", started: process.started),
        holding: [(place: 1, descriptor: process.id + 20)])
    }
    let owner = try #require(table.owners[1])
    #expect(table.processes[Int(owner.process)].id == 9)
    #expect(owner.descriptor == 29)
    #expect(owner.others == 1)
    #expect(table.owners[0] == nil)
  }

  @Test func descriptorsAreCounted() throws {
    let before = try #require(ProcessFiles.count(getpid()))
    #expect(before > 2)
    #expect(ProcessFiles.count(-1) == nil)
    var isForbidden = false
    #expect(ProcessFiles.visit(-1, isForbidden: &isForbidden) { _, _ in } == nil)
    #expect(!isForbidden)
  }

  /// iproute2's ss asks the same kernel: state, queues and ends of our sockets are the same.
  @Test(.enabled(if: SS.isInstalled)) func ssSaysTheSame() throws {
    let pair = try Loopback()
    #expect(send(pair.client, "hello", 5, 0) == 5)
    #expect(eventually { (try? find(pair.server).socket.receiveQueue) == 5 })
    let port = pair.port
    let ours = try Snapshot.take().sockets.filter { $0.local.port == port || $0.remote.port == port }.map(SS.line)
    let theirs = try SS.lines.filter { $0.contains(":\(port)") }
    #expect(ours.count == 3)
    #expect(Set(ours) == Set(theirs))
  }
}
