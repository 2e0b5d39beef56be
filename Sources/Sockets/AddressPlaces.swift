internal import Flow
internal import Wire

/// In which network namespace each address is. Packets that pass an interface name addresses alone: this program's own namespace has its
/// own, whoever else has the same; what two others have (two networks of containers with the same numbers) is in neither.
public struct AddressPlaces: Sendable {
  /// Indices into the snapshot's `namespaces`; nil: of several.
  private var places: [IPAddress: UInt16?] = [:]

  public init(_ namespaces: [NamespaceFacts]) {
    for (index, namespace) in namespaces.enumerated() {
      let place = UInt16(clamping: index)
      for address in Set(namespace.addresses) {
        guard let known = places[address] else {
          places[address] = .some(place)
          continue
        }
        if known != 0 { places[address] = .some(nil) }
      }
    }
  }

  /// Whether packets between its addresses that pass this program's interfaces are a socket's. Those of another namespace's loopback pass
  /// none.
  public func isSeen(_ socket: Socket) -> Bool {
    guard socket.namespace != 0 else { return true }
    return places[socket.local.address] == .some(.some(socket.namespace))
  }
}
