internal import Wire

/// What the run learns of a connection that is still open at the end of the input, before the last ones are judged.
public struct OpenSight: Sendable {
  enum Kind: Sendable {
    case seen(Brief, HealthChecks.Candidate?)
    /// It was refused, and nothing else: its id, and the two hosts.
    case refused(UInt64, client: IPAddress, server: IPAddress)
  }

  let kind: Kind

  init(_ brief: Brief, _ candidate: HealthChecks.Candidate?) { kind = .seen(brief, candidate) }

  init(refused attempt: Attempt) {
    kind = .refused(attempt.id, client: attempt.client.address, server: attempt.server.address)
  }

  /// Its SYNs, where they were repeated and nobody has answered so far.
  public var repeated: LoneSYN? {
    guard case .seen(let brief, _) = kind, let attempt = brief.attempt, attempt.count > 1 else { return nil }
    return attempt
  }
}
