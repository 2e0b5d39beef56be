import Flow
import PacketScript
import Testing
import Wire

/// What the facts of two parts must give as exactly as the facts of the whole.
private let exactOfSide: [(name: String, value: @Sendable (SideFacts) -> String)] = [
  ("packets", { "\($0.packets) \($0.synPackets) \($0.finPackets) \($0.rstPackets)" }),
  ("bytes", { "wire \($0.wireBytes) sent \($0.sentBytes)" }),
  ("payload", { "\($0.payloadBytes)" }),
  ("missing", { "\($0.missingBytes)" }),
  ("acked", { "\($0.ackedBytes) unacked \($0.unackedBytes)" }),
  ("times", { "\(String(describing: $0.first)) \(String(describing: $0.last)) \(String(describing: $0.lastAlive))" }),
  ("new data", { "\(String(describing: $0.lastNewData))" }),
  ("opening", { "\(String(describing: $0.isn)) \(String(describing: $0.mss)) \(String(describing: $0.windowScale))" }),
  ("options", { "\(String(describing: $0.sackPermitted)) \(String(describing: $0.timestamps))" }),
  ("multipath", { "\($0.mptcp) \($0.mptcpJoin)" }),
  ("TTL", { "\(String(describing: $0.ttl)) \(String(describing: $0.ttlRange)) \($0.ipID) \($0.macHash)" }),
  ("window", { "\($0.lastWindow)" }),
  (
    "sequence space", { "\(String(describing: $0.origin)) \($0.sndUna) \($0.sndNxt) \($0.everAcked) \($0.firstOffset)" }
  ),
  ("SYN", { "\(String(describing: $0.syn))" }),
  ("FIN", { $0.fin.map { "\($0.sent) at \($0.offset) acked \(String(describing: $0.acked)) \($0.inferred)" } ?? "" }),
  ("peer at FIN", { $0.fin.map { "\($0.peerSent) \($0.peerAcked)" } ?? "" }),
  ("first RST", { $0.resets.map { "\($0.first.moment) \($0.first.offset) of \($0.count), last \($0.last)" } ?? "" }),
  ("lost at RST", { $0.resets.map { "\($0.first.peerSent) \($0.first.peerAcked) \($0.first.ownSent)" } ?? "" }),
  ("RST that took effect", { "\(String(describing: $0.resets?.effective?.moment))" }),
]

private func differences(_ merged: Facts, _ whole: Facts) -> [String] {
  var found: [String] = []
  func compare(_ name: String, _ ours: some Equatable, _ theirs: some Equatable) {
    if "\(ours)" != "\(theirs)" { found.append("\(name): merged \(ours), whole \(theirs)") }
  }
  for side in Side.allCases {
    for field in exactOfSide {
      compare("\(side.name) \(field.name)", field.value(merged[side]), field.value(whole[side]))
    }
    let states = (merged.socketState(of: side), whole.socketState(of: side))
    compare("\(side.name) TCP state", "\(String(describing: states.0))", "\(String(describing: states.1))")
  }
  compare("id", merged.id, whole.id)
  compare("roles", "\(merged.clientEndpoint) \(merged.rolesKnown)", "\(whole.clientEndpoint) \(whole.rolesKnown)")
  compare("handshake", merged.handshake, whole.handshake)
  compare("span", "\(merged.start) \(merged.end)", "\(whole.start) \(whole.end)")
  compare("idle", merged.longestIdle, whole.longestIdle)
  compare("state", merged.state, whole.state)
  compare("closed by", "\(String(describing: merged.closedBy))", "\(String(describing: whole.closedBy))")
  compare("ended", merged.endedBecause, whole.endedBecause)
  compare("ICMP", "\(String(describing: merged.icmp))", "\(String(describing: whole.icmp))")
  return found
}

/// The facts of a part of a script that has one connection; nil where no segment lies in it.
private func part(_ observations: ArraySlice<Observation>) -> Facts? {
  var tracker = Tracker(TrackerOptions())
  return track(Array(observations), &tracker).first
}

private func joined(_ one: Facts?, _ other: Facts?) -> Facts? {
  guard let one, let other else { return one ?? other }
  return one.merged(with: other)
}

@Suite("Facts of parts and facts of the whole")
struct MergeTests {
  @Test(arguments: Scripts.all.indices) func cutAtEveryPacket(_ index: Int) throws {
    let script = Scripts.all[index]
    let observations = try PacketScript.parse(script.text).observations
    let whole = try #require(part(observations[...]))
    for cut in 0...observations.count {
      // An error alone finds no connection.
      if case .error? = observations.dropFirst(cut).first { continue }
      let merged = try #require(joined(part(observations[..<cut]), part(observations[cut...])))
      let wrong = differences(merged, whole)
      #expect(wrong.isEmpty, "\(script.name), cut before packet \(cut + 1)")
    }
  }

  @Test(arguments: Scripts.all.indices) func threePartsInAnyGrouping(_ index: Int) throws {
    let script = Scripts.all[index]
    let observations = try PacketScript.parse(script.text).observations
    for first in 0...observations.count {
      for second in first...observations.count {
        let one = part(observations[..<first])
        let two = part(observations[first..<second])
        let three = part(observations[second...])
        let left = try #require(joined(joined(one, two), three))
        let right = try #require(joined(one, joined(two, three)))
        let wrong = left == right ? [] : unequalFields(left, right)
        #expect(wrong.isEmpty, "\(script.name), cut before packets \(first + 1) and \(second + 1)")
      }
    }
  }

  /// A side that keeps alive after it was deaf, in a part of its own.
  @Test(arguments: [0, 2]) func whoKeepsAliveIsDeafNoLonger(probes: Int) throws {
    let before = handshake + "1 S > C P. 1:101\n1.1 C > S . ack 101\n1.4,2.0,3.2,5.6 S > C P. 1:101\n"
    let later = "60 C > S .\n" + (0..<probes).map { "\(70 + 10 * $0) S > C . 100\n+1ms C > S .\n" }.joined()
    let count = try PacketScript.parse(before).observations.count
    let observations = try PacketScript.parse(before + later).observations
    let merged = try #require(joined(part(observations[..<count]), part(observations[count...])))
    let whole = try #require(part(observations[...]))
    #expect(whole.server.deaf?.count == (probes == 0 ? 4 : nil))
    #expect(merged.server.deaf == whole.server.deaf)
  }

  @Test func countsAreMarkedAsLowerBounds() throws {
    let observations = try PacketScript.parse(handshake).observations
    let merged = try #require(joined(part(observations[..<2]), part(observations[2...])))
    #expect(merged.merged)
  }
}
