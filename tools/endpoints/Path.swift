package import PacketScript
import Wire

package enum End: Int {
  case client, server

  package var other: End { self == .client ? .server : .client }
}

/// Where the capture stands.
package enum Place: String, CaseIterable {
  case client, between, server
}

/// What travels.
package enum Parcel {
  case tcp(TCPPacket)
  case icmp(ICMPError)
}

/// A packet as the middlebox meets it.
package struct Passage {
  package var packet: TCPPacket
  package var from: End
  /// ns since the connection began.
  package var now: Int64
}

/// What a middlebox does with a packet.
package enum Verdict {
  case pass
  case drop
  /// Passes it on so much later, ns: behind what followed it.
  case hold(Int64)
  /// Passes it on, or not, and sends packets of its own to the ends.
  case inject([(to: End, Parcel)], passes: Bool)
}

/// The line between the two ends: client — … capture, middlebox, in any order … — server.
package struct Path {
  /// ns from end to end.
  package var oneWay: Int64
  /// Distances from the client, ns.
  package var capture: Int64
  package var middlebox: Int64
  /// Routers between the ends, and before the capture as seen from the client.
  package var hops: UInt8
  package var hopsBeforeCapture: UInt8
  /// ns a byte takes on the slowest link.
  package var perByte: Int64 = 8
  package var loss = 0.0
  package var reordering = 0.0
  package var duplication = 0.0
  /// The device's own mind; nil lets everything pass.
  package var policy: ((Passage) -> Verdict)?

  // What the capture does wrong.
  package var captureLoss = 0.0
  package var captureDuplicates = false
  /// The capture sees only what this end sends.
  package var onlyFrom: End?

  /// - Parameter roundTrip: ns.
  package init(roundTrip: Int64, at place: Place) {
    oneWay = max(roundTrip / 2, 4000)
    hops = roundTrip < milliseconds(1) ? 0 : roundTrip < milliseconds(20) ? 4 : 11
    middlebox = oneWay / 2
    switch place {
    case .client:
      capture = min(20_000, oneWay / 10)
      hopsBeforeCapture = 0
    case .server:
      capture = oneWay - min(20_000, oneWay / 10)
      hopsBeforeCapture = hops
    case .between:
      capture = oneWay * 2 / 5
      hopsBeforeCapture = hops / 2
    }
  }

  /// Stations of a packet in the order in which it meets them, with the time from the one before.
  package func stations(from end: End) -> [(station: Station, after: Int64)] {
    var places: [(Station, Int64)] = [(.capture, capture), (.middlebox, middlebox)]
    if end == .server { places = places.map { ($0.0, oneWay - $0.1) } }
    places.sort { $0.1 < $1.1 }
    return [(places[0].0, places[0].1), (places[1].0, places[1].1 - places[0].1), (.end, oneWay - places[1].1)]
  }

  /// Of a packet that `end` sent, as the capture sees it.
  package func ttl(_ initial: UInt8, from end: End) -> UInt8 {
    initial - (end == .client ? hopsBeforeCapture : hops - hopsBeforeCapture)
  }

  /// The middlebox as seen from the capture, relative to the client's distance.
  package var middleboxIsBehindCapture: Bool { middlebox > capture }
}

package enum Station { case capture, middlebox, end }
