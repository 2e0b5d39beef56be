import Audit
import Flow
import Sockets
import Testing
import Wire

@testable import Engine
@testable import tcpaudit

@Suite("This host's sockets, as they are looked up beside the packets")
struct SocketWatchTests {
  private static let near = Endpoint(address: IPAddress(v4: 0xac11_0002), port: 40000)
  private static let far = Endpoint(address: IPAddress(v4: 0x0a02_0002), port: 2181)

  /// A reading of a host with containers that have these addresses; the last of them has a socket to `far`.
  private func table(_ containers: [IPAddress]) -> HostTable {
    var socket = Socket()
    (socket.local, socket.remote, socket.namespace) = (Self.near, Self.far, UInt16(containers.count))
    let namespaces =
      [NamespaceFacts(name: "")] + containers.enumerated().map { NamespaceFacts(name: "c\($0)", addresses: [$1]) }
    let process = HostProcess(id: 4711, name: "pool", started: 0, descriptors: 9, sockets: 1, limit: nil)
    let snapshot = Snapshot(
      namespaces: namespaces, sockets: [socket], owners: [Owner(process: 0, descriptor: 7)], processes: [process])
    return HostTable(snapshot, complete: snapshot.time)
  }

  @Test func aSocketOfAContainerIsFound() {
    let found = table([Self.near.address]).ends(Self.near, Self.far)
    #expect(found.client?.namespace == "c0" && found.client?.holder?.text == "pool (4711), descriptor 7")
    #expect(found.server == nil)
  }

  /// What looks into processes has no right beyond that, or does nothing.
  @Test func nothingIsReadWithAllRights() {
    struct Refused: Error {}
    let watch = SocketWatch(SocketLimits(), allNamespaces: false)
    watch.work { throw Refused() }
    #expect(watch.tables.take() == nil)
    let notes = watch.tables.takeNotes()
    #expect(notes.count == 1 && notes.first?.hasPrefix("this host's sockets are not looked at") == true, "\(notes)")
  }

  /// The same address twice: the packets may be of either.
  @Test func whoseItIsMustBeClear() {
    #expect(table([Self.near.address, Self.near.address]).ends(Self.near, Self.far).isEmpty)
  }
}
