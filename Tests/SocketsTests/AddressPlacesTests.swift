import Flow
import Sockets
import Testing
import Wire

@Suite("Whose sockets packets are, where several network namespaces are looked at")
struct AddressPlacesTests {
  private static let (host, container) = (IPAddress(v4: 0x0a00_0001), IPAddress(v4: 0xac11_0002))

  private func socket(_ address: IPAddress, in namespace: UInt16) -> Socket {
    var socket = Socket()
    socket.local.address = address
    socket.namespace = namespace
    return socket
  }

  private func places(_ addresses: [[IPAddress]]) -> AddressPlaces {
    AddressPlaces(addresses.map { NamespaceFacts(name: "", addresses: $0) })
  }

  @Test func aContainerOfItsOwn() {
    let places = places([[Self.host], [Self.container, Self.container]])
    #expect(places.isSeen(socket(Self.host, in: 0)))
    #expect(places.isSeen(socket(Self.container, in: 1)))
    // On its loopback, and on an address that it has no more.
    #expect(!places.isSeen(socket(IPAddress(v4: 0x7f00_0001), in: 1)))
    #expect(!places.isSeen(socket(Self.host, in: 1)))
  }

  /// Two networks of containers with the same numbers: packets do not say of which they are.
  @Test func anAddressOfSeveral() {
    let places = places([[Self.host], [Self.container], [Self.container], [Self.container]])
    for namespace in 1...3 { #expect(!places.isSeen(socket(Self.container, in: UInt16(namespace)))) }
  }

  /// Whoever else has an address of this program's own namespace.
  @Test func itsOwnAddressIsItsOwn() {
    let places = places([[Self.host], [Self.host], [Self.host]])
    #expect(places.isSeen(socket(Self.host, in: 0)))
    #expect(!places.isSeen(socket(Self.host, in: 1)) && !places.isSeen(socket(Self.host, in: 2)))
    // What this namespace speaks from need not be an address of an interface.
    #expect(places.isSeen(socket(Self.container, in: 0)))
  }
}
