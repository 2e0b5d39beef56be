internal import Audit
internal import Flow
internal import Wire

/// Why a socket without a counterpart in the other host's list is not called partnerless.
public enum PeerDoubt: UInt8, CaseIterable, Sendable {
  /// It may have been made after the list.
  case young
  /// The list was made later: it may have been closed in between.
  case closedSince
  /// The other host passes packets on, and has nothing of its own at that port: somebody behind it may be the partner.
  case forwarded
  /// The other host has a socket to this very endpoint at another port: addresses or ports are translated there.
  case translatedThere
  /// The other host has connections at that port from addresses that are not ours: they may be ours, translated on the way.
  case translatedBetween

  /// After a number of sockets.
  public var words: String {
    switch self {
    case .young: "may be younger than that list (a new one will tell)"
    case .closedSince: "may have been closed since that list was made"
    case .forwarded: "may belong to somebody behind that host, which passes packets on and has nothing at that port"
    case .translatedThere: "seem to be translated on that host (NAT)"
    case .translatedBetween: "may be known to that host under another address (NAT)"
    }
  }
}

/// What one host's list says of a socket of the other.
enum PeerVerdict: Hashable, Sendable {
  case paired
  case partnerless(Confidence)
  case unknown(PeerDoubt)
}

/// This host's sockets beside another host's list.
public struct PeerComparison: Sendable {
  /// The other host's list, `--peer`.
  public let peer: PeerList
  /// Beside the snapshot's sockets; nil where a socket does not go to that host.
  let verdicts: [PeerVerdict?]
  private let lasting: [Int64]
  /// Sockets of the other host to this one that do not exist here.
  public let missing: [MissingHere]

  /// A socket of the other host, as that host has it.
  public struct MissingHere: Hashable, Sendable {
    /// `LOCAL → REMOTE` as that host has them, IPv6 in brackets.
    public var text: String
    /// In the words of ss(8): `ESTAB`, `CLOSE-WAIT`.
    public var state: String
    /// How long that host has heard nothing from here when its list was made, ns; 0 also where it does not know.
    public var silence: Int64
  }

  /// Judges both ways at once: what is here and not there, and what is there and not here.
  public init(_ snapshot: Snapshot, with peer: PeerList, _ limits: SocketLimits = SocketLimits()) {
    let own = PeerList(snapshot)
    self.peer = peer
    verdicts = PeerComparison.absences(of: own, in: peer, limits)
    lasting = own.sockets.map { $0.silence ?? 0 }
    missing = zip(peer.sockets, PeerComparison.absences(of: peer, in: own, limits)).compactMap { socket, verdict in
      guard case .partnerless = verdict else { return nil }
      return MissingHere(
        text: "\(text(socket.local, socket)) → \(text(socket.remote, socket))", state: socket.state.name,
        silence: socket.silence ?? 0)
    }
  }

  /// Sockets here that have their counterpart there.
  public var paired: Int { verdicts.count { $0 == .paired } }
  /// Sockets here that certainly or likely have none there; neither in `paired` nor in `doubts`.
  public var partnerless: Int { verdicts.count { if case .partnerless = $0 { true } else { false } } }
  /// Sockets here that go to that host.
  public var concerned: Int { verdicts.count { $0 != nil } }

  /// How many sockets here could not be told, and why.
  public var doubts: [(doubt: PeerDoubt, count: Int)] {
    PeerDoubt.allCases.compactMap { doubt in
      let count = verdicts.count { $0 == .unknown(doubt) }
      return count == 0 ? nil : (doubt, count)
    }
  }

  /// What a record says of one socket: `paired`, `partnerless`, `unknown`; nil where it does not go to that host.
  public func word(of socket: Int) -> String? {
    switch verdicts[socket] {
    case nil: nil
    case .paired: "paired"
    case .partnerless: "partnerless"
    case .unknown: "unknown"
    }
  }

  /// Whether it has a partner is known.
  func isKnown(_ socket: Int) -> Bool {
    switch verdicts[socket] {
    case .paired, .partnerless: true
    case .unknown, nil: false
    }
  }

  func suspicion(of socket: Int) -> Suspicion? {
    guard case .partnerless(let confidence) = verdicts[socket] else { return nil }
    return Suspicion(.error, confidence, lasting: lasting[socket])
  }

  /// Sockets of `one` that `other`'s list lacks, although they go to an address of its own. Called with the two swapped for the reverse.
  static func absences(of one: PeerList, in other: PeerList, _ limits: SocketLimits) -> [PeerVerdict?] {
    let book = PeerBook(other, beside: one)
    return one.sockets.map { socket in
      guard socket.isSynchronized, other.addresses.contains(socket.remote.address),
        !one.addresses.contains(socket.remote.address), !socket.remote.address.isLoopback
      else { return nil }
      if book.hasPartner(of: socket) { return .paired }
      if let doubt = book.doubt(of: socket) { return .unknown(doubt) }
      return lacking(socket, seen: one, absent: other, limits)
    }
  }

  /// It is in one list and not in the other: which of the two was made first decides what that proves.
  private static func lacking(
    _ socket: PeerSocket, seen one: PeerList, absent other: PeerList, _ limits: SocketLimits
  ) -> PeerVerdict {
    let before = one.time.since(other.time)
    let best = other.isWhole ? Confidence.certain : .likely
    let (age, over) = max(before, 0).addingReportingOverflow(limits.clockDifference)
    // It was there when the other list was made.
    guard let quiet = socket.quiet, let silence = socket.silence, !over, quiet > age else { return .unknown(.young) }
    if before >= 0 { return .partnerless(best) }
    // Seen first and missed later: ten times as long without a word as there was time to close it in good order.
    let (gap, tooLong) = before.magnitude.multipliedReportingOverflow(by: 10)
    return !tooLong && silence.magnitude >= gap &+ limits.clockDifference.magnitude
      ? .partnerless(.likely) : .unknown(.closedSince)
  }
}

private func text(_ endpoint: Endpoint, _ socket: PeerSocket) -> String {
  let address = endpoint.address.text(ipVersion: socket.ipVersion)
  return socket.ipVersion == 6 ? "[\(address)]:\(endpoint.port)" : "\(address):\(endpoint.port)"
}
