import PacketScript
import Testing

/// Ours beside tshark's reading of the same captures, where it is installed. `docs/known-differences.tsv` has those of public
/// captures in which tshark is wrong.
@Suite(
  "Beside tshark", .enabled(if: Program.installed("tshark") != nil, "tshark is not installed: nothing was compared"))
struct TsharkTests {
  /// What both count of one direction.
  private struct Counts: Equatable {
    var packets = 0
    var bytes = 0
    /// Repeated, or behind what comes later: the two tell them apart by other rules.
    var retransmissions = 0
    var outOfOrder = 0
    /// Only of ours: copies that the capture holds, which tshark takes for retransmissions or duplicate ACKs, and keepalives,
    /// of which tshark takes some for retransmissions.
    var copies = 0
    var keepalives = 0

    /// What both must have counted the same of.
    static func == (left: Counts, right: Counts) -> Bool {
      left.packets == right.packets && left.bytes == right.bytes && left.retransmissions == right.retransmissions
    }

    static func + (left: Counts, right: Counts) -> Counts {
      Counts(
        packets: left.packets + right.packets, bytes: left.bytes + right.bytes,
        retransmissions: left.retransmissions + right.retransmissions, outOfOrder: left.outOfOrder + right.outOfOrder,
        copies: left.copies + right.copies, keepalives: left.keepalives + right.keepalives)
    }
  }

  private struct Sender: Hashable {
    var connection: Int
    var endpoint: String
  }

  private struct Reading {
    /// Of each connection (its first packet's number) and sender.
    var counts: [Sender: Counts] = [:]
    /// The other end, and the rules that found something.
    var rules: [Int: String] = [:]
    var tuples: [Int: Set<String>] = [:]

    var connections: Set<Int> { Set(tuples.keys) }

    /// All incarnations of the same ports together: where one ends and the next begins is a matter of judgement.
    var byTuple: [String: Counts] {
      var sums: [String: Counts] = [:]
      for (sender, counts) in counts where counts.packets > 0 {
        let ends = tuples[sender.connection, default: []].sorted().joined(separator: " ")
        sums["\(sender.endpoint) of \(ends)", default: Counts()] =
          sums["\(sender.endpoint) of \(ends)", default: Counts()] + counts
      }
      return sums
    }
  }

  private func ours(_ capture: String) throws -> Reading {
    let ran = try Program.run(["--format", "csv", capture])
    let header = try #require(ran.lines.first).split(separator: ",").map(String.init)
    var reading = Reading()
    for line in ran.lines.dropFirst() {
      let values = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let fields = Dictionary(zip(header, values)) { $1 }
      func number(_ name: String) -> Int { Int(fields[name] ?? "") ?? 0 }
      let id = number("id")
      reading.rules[id] = fields["rules"]
      for side in ["client", "server"] {
        let endpoint = "\(fields["\(side)_address"] ?? "") \(number("\(side)_port"))"
        let copies = number("\(side)_duplicate_packets")
        reading.tuples[id, default: []].insert(endpoint)
        reading.counts[Sender(connection: id, endpoint: endpoint)] = Counts(
          packets: number("\(side)_packets") + copies, bytes: number("\(side)_sent_bytes"),
          retransmissions: number("\(side)_retransmitted_packets"), outOfOrder: number("\(side)_out_of_order_packets"),
          copies: copies, keepalives: number("\(side)_keepalive_packets"))
      }
    }
    return reading
  }

  private func tsharks(_ capture: String) throws -> Reading {
    let names = [
      "frame.number", "tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.len",
      "tcp.analysis.retransmission", "tcp.analysis.out_of_order",
    ]
    let ran = try Program.run(
      ["-n", "-r", capture, "-Y", "tcp and not icmp and not icmpv6", "-T", "fields", "-E", "occurrence=f"]
        + names.flatMap { ["-e", $0] },
      of: try #require(Program.installed("tshark")))
    // 2 where the capture is cut: what it could read was read.
    try #require(ran.code == 0 || ran.code == 2, "\(ran.err)")
    var reading = Reading()
    var first: [String: Int] = [:]
    for line in ran.lines {
      let field = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      if first[field[1]] == nil { first[field[1]] = Int(field[0]) }
      let id = first[field[1]] ?? 0
      let source = "\(field[2])\(field[3]) \(field[4])"
      reading.tuples[id] = [source, "\(field[5])\(field[6]) \(field[7])"]
      let counts = Counts(
        packets: 1, bytes: Int(field[8]) ?? 0, retransmissions: field[9].isEmpty ? 0 : 1,
        outOfOrder: field[10].isEmpty ? 0 : 1)
      let sender = Sender(connection: id, endpoint: source)
      reading.counts[sender] = reading.counts[sender, default: Counts()] + counts
    }
    return reading
  }

  /// The same connections, and of each side the same packets, bytes and retransmissions.
  private func expectTheSame(_ capture: String) throws {
    let (ours, tsharks) = (try ours(capture), try tsharks(capture))
    #expect(ours.connections == tsharks.connections)
    for (sender, counts) in ours.counts where tsharks.counts[sender, default: Counts()] != counts {
      Issue.record("\(sender): ours \(counts), tshark's \(tsharks.counts[sender, default: Counts()])")
    }
  }

  /// The same packets of the same ends; and where nothing was copied or overtaken, which the two tell apart by other rules, the
  /// same bytes and retransmissions.
  private func expectTheSameTraffic(_ capture: String) throws {
    let (ours, tsharks) = (try ours(capture).byTuple, try tsharks(capture).byTuple)
    #expect(Set(ours.keys) == Set(tsharks.keys))
    for (sender, counts) in ours {
      let theirs = tsharks[sender, default: Counts()]
      #expect(counts.packets == theirs.packets, "\(sender)")
      guard counts.copies == 0 else { continue }
      #expect(counts.bytes == theirs.bytes, "\(sender)")
      guard counts.outOfOrder == 0, theirs.outOfOrder == 0, counts.keepalives == 0 else { continue }
      #expect(counts.retransmissions == theirs.retransmissions, "\(sender)")
    }
  }

  static let recordings: [String] = Folder.names(captures).flatMap { scenario in
    Folder.names(captures + scenario).filter { $0.hasSuffix(".pcapng") || $0.hasSuffix(".pcap") }.map {
      scenario + "/" + $0
    }
  }

  /// Where the two differ, and why.
  private static let knownDifferences = [
    "fragments/server.pcapng": "tshark puts no fragments together of which the capture has the first bytes only",
    "half-open-client/client.pcapng": "tshark takes the SYN of a client that was started again for a retransmission",
    "half-open-client/server.pcapng": "the same at the other end",
  ]

  @Test(arguments: recordings.filter { knownDifferences[$0] == nil }) func recordingsAreReadTheSame(_ name: String)
    throws
  {
    try expectTheSameTraffic(captures + name)
  }

  private func generated(_ arguments: [String], _ folder: Folder) throws -> String {
    let path = folder.path + "/generated.pcap"
    let ran = try Program.run(arguments + [path], of: Program.folder + "generate")
    try #require(ran.code == 0, "\(ran.err)")
    return path
  }

  @Test func aGeneratedCaptureIsReadTheSame() throws {
    let folder = Folder()
    try expectTheSame(try generated(["--shape", "small", "--scale", "0.05"], folder))
  }

  /// Losses, reordering, copies, resets, reused ports: what is told apart by other rules is compared as a sum.
  @Test func simulatedKernelsAreReadTheSameButForKnownDefinitions() throws {
    let folder = Folder()
    let capture = try generated(["--connections", "300", "--snaplen", "96"], folder)
    let (ours, tsharks) = (try ours(capture), try tsharks(capture))
    #expect(Set(ours.tuples.values) == Set(tsharks.tuples.values))
    // To tshark any RST is one: what follows a forged one is retransmitted or out of order. And the SYN of a host that has
    // forgotten its connection is to it the same as the SYN a second later; ours begins the new connection with the second.
    let rules = ["reset-forged", "half-open"]
    let otherwise = Set(
      ours.rules.filter { found in rules.contains { found.value.contains($0) } }.flatMap { ours.tuples[$0.key] ?? [] })
    let theirs = tsharks.byTuple
    var compared = 0
    for (tuple, mine) in ours.byTuple {
      let other = theirs[tuple, default: Counts()]
      #expect(mine.packets == other.packets, "\(tuple)")
      if mine.copies == 0 { #expect(mine.bytes == other.bytes, "\(tuple)") } else { #expect(mine.bytes <= other.bytes) }
      guard otherwise.isDisjoint(with: tuple.components) else { continue }
      compared += 1
      let repeated = mine.retransmissions + mine.outOfOrder
      let known = repeated...(repeated + mine.copies + mine.keepalives)
      #expect(
        known.contains(other.retransmissions + other.outOfOrder), "\(tuple): ours \(mine), tshark's \(other)")
    }
    #expect(compared > 400)
  }
}

extension String {
  /// The two endpoints behind `of`.
  fileprivate var components: Set<String> {
    let words = split(separator: " ").map(String.init)
    return words.count < 7 ? [] : [words[3] + " " + words[4], words[5] + " " + words[6]]
  }
}
