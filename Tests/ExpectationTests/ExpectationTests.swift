import Audit
import Expectation
import Flow
import Testing
import Wire

private let rules: Set<String> = ["half-close-truncated", "reset-abort", "capture-loss"]

private func finding(_ rule: String, _ suspects: [Party] = [.client], lost: UInt64? = nil) -> Finding {
  Finding(
    rule: rule, severity: .error, confidence: .certain, suspects: suspects, summary: "it broke", bytesLost: lost,
    evidence: [])
}

private func connection(_ id: UInt64, port: UInt16, _ findings: [Finding] = []) -> AuditedConnection {
  AuditedConnection(
    id: id, client: EndpointPattern(address: "10.1.0.2", port: port),
    server: EndpointPattern(address: "10.2.0.2", port: 2181), findings: findings,
    fields: ["state": "reset", "client.payload_bytes": "4"])
}

@Suite("Expectations: written by hand, held against an audit")
struct ExpectationTests {
  let text = """
    # The story.
    capture client.pcapng
    connections 1
    allow-more no
    connection 10.1.0.2:50124 -> 10.2.0.2:2181   # the one that broke
      state reset
      client.payload_bytes 4
      finding half-close-truncated
        severity error
        fault client
        confidence certain
        bytes-lost 9,144
      absent reset-abort
    """

  private func differences(_ connections: [AuditedConnection], _ capture: [Finding] = []) throws -> [String] {
    try Expectations(parsing: text, knownRules: rules).differences(connections, captureFindings: capture).map(\.message)
  }

  @Test func allAsExpected() throws {
    let found = try differences([connection(1, port: 50124, [finding("half-close-truncated", lost: 9144)])])
    #expect(found.isEmpty)
  }

  @Test func aFindingThatIsNotThere() throws {
    let found = try differences([connection(1, port: 50124)])
    #expect(found.count == 1)
    #expect(found[0].contains("half-close-truncated not found"))
  }

  @Test func aFindingThatNobodyExpected() throws {
    let found = try differences([
      connection(1, port: 50124, [finding("half-close-truncated", lost: 9144), finding("reset-abort")])
    ])
    // Once because it must be absent, once because it is more than was listed.
    #expect(found.count == 2)
  }

  @Test func aFindingOnAConnectionThatIsNotListed() throws {
    let found = try differences([
      connection(1, port: 50124, [finding("half-close-truncated", lost: 9144)]),
      connection(2, port: 50125, [finding("reset-abort")]),
    ])
    #expect(found.contains { $0.contains("expected 1 connections, found 2") })
    #expect(found.contains { $0.contains("unexpected reset-abort") })
  }

  @Test func whatIsSaidOfAFindingMustHold() throws {
    let found = try differences([
      connection(1, port: 50124, [finding("half-close-truncated", [.server, .path], lost: 1)])
    ])
    #expect(found.count == 2)
    #expect(found[0].contains("suspects is server,path, expected client"))
    #expect(found[1].contains("bytes-lost is 1, expected 9144"))
  }

  @Test func anUnexpectedFindingOfTheCapture() throws {
    let found = try differences(
      [connection(1, port: 50124, [finding("half-close-truncated", lost: 9144)])], [finding("capture-loss")])
    #expect(found.count == 1)
  }

  @Test func aFieldThatDiffers() throws {
    var other = connection(1, port: 50124, [finding("half-close-truncated", lost: 9144)])
    other.fields["state"] = "closed"
    let found = try differences([other])
    #expect(found == ["10.1.0.2:50124 -> 10.2.0.2:2181: state is closed, expected reset"])
  }

  /// What is not indented below a connection is about the run, wherever it stands.
  @Test(arguments: [
    ("absent reset-abort", [1, 1]), ("  absent reset-abort", [0, 1]), ("\n   absent reset-abort", [0, 1]),
    ("allow-more yes", [0, 0]), ("  allow-more yes", [1, 0]), ("finding capture-loss", [2, 2]),
    ("absent capture-loss", [1, 1]),
  ])
  func indentationSaysOfWhatItIs(line: String, differences: [Int]) throws {
    let isAllowed = line.contains("absent")
    let text = (isAllowed ? "allow-more yes\n" : "") + "connection 10.1.0.2:1 -> *\n  state reset\n" + line + "\n"
    let expectations = try Expectations(parsing: text, knownRules: rules)
    for (place, port) in [2, 1].enumerated() {
      let all = [connection(1, port: 1), connection(2, port: 2)].map { one in
        var one = one
        if one.client.port == UInt16(port) { one.findings = [finding("reset-abort")] }
        return one
      }
      let ofCapture = line == "absent capture-loss" ? [finding("capture-loss")] : []
      let found = expectations.differences(all, captureFindings: ofCapture)
      #expect(found.count == differences[place], "\(line), port \(port): \(found.map(\.message))")
    }
  }

  /// A finding's details go with it.
  @Test func detailsOfAFindingOfTheRun() throws {
    let text = "connection *:1 -> *\n  finding reset-abort\n  fault client\nfinding capture-loss\n  severity note\n"
    let expectations = try Expectations(parsing: text, knownRules: rules)
    #expect(expectations.captureFindings.map(\.severity) == [.note])
    #expect(expectations.connections[0].findings.map(\.suspects) == [[.client]])
  }

  @Test func manyAlike() throws {
    let expectations = try Expectations(
      parsing: "connection *:* -> 10.2.0.2:2181 x2\n finding reset-abort", knownRules: rules)
    let two = [connection(1, port: 1, [finding("reset-abort")]), connection(2, port: 2, [finding("reset-abort")])]
    #expect(expectations.differences(two, captureFindings: []).isEmpty)
    #expect(expectations.differences(Array(two.prefix(1)), captureFindings: []).count == 1)
    let oneHealthy = [two[0], connection(2, port: 2)]
    #expect(expectations.differences(oneHealthy, captureFindings: []).count == 1)
  }

  /// What is marked as pending may fail, and not hold; in a block of several, for all of them.
  @Test(arguments: [
    ([[]], false), ([["later"]], true), ([["later"], ["later"]], true), ([["later"], []], false),
    ([["capture-loss"]], false),
  ])
  func whatIsPendingMustNotHold(rules found: [[String]], isDifference: Bool) throws {
    let text = "connection * -> *:2181\n  # pending: finding later\n  # pending:   fault client\n"
    let all = found.enumerated().map { place, rules in
      connection(UInt64(place), port: UInt16(place), rules.map { finding($0) })
    }
    let messages = try Expectations(parsing: text + "allow-more yes", knownRules: rules)
      .differences(all, captureFindings: []).map(\.message)
    #expect(
      messages
        == (isDifference
          ? ["* -> *:2181: later is found as expected, and is marked as pending: take the mark away"] : []))
  }

  /// Found, and not as it is expected: still pending, and not more than was listed.
  @Test(arguments: [([Party.client], 1), ([.server], 0), ([], 0)])
  func whatIsPendingTakesItsFinding(suspects: [Party], differences: Int) throws {
    let text = "# pending: finding later\n# pending:   fault client\n"
    let found = try Expectations(parsing: text, knownRules: rules)
      .differences([], captureFindings: [finding("later", suspects)])
    #expect(found.map(\.line) == Array(repeating: 1, count: differences))
  }

  @Test(arguments: [
    ("connection 10.1.0.2 -> x", 1), ("finding no-such-rule", 1), ("\nseverity error", 2), ("connections many", 1),
    ("clean", 1), ("connection *:1 -> *:2\nclean", 2), ("connection *:1 -> *:2\nstate reset", 2),
    ("allow-more perhaps", 1), ("connection *:1 -> *:2\nfinding reset-abort\nfault nobody", 3),
    ("# pending: clean", 1), ("# pending: fault path", 1), ("finding reset-abort\n# pending: fault path", 2),
    ("# pending: finding later\nfault path", 2), ("finding reset-abort\ncapture x\nfault path", 3),
  ])
  func mistakesNameTheirLine(text: String, line: Int) {
    #expect {
      try Expectations(parsing: text, knownRules: rules)
    } throws: {
      ($0 as? ExpectationError)?.line == line
    }
  }

  @Test func aDraftHoldsAgainstItsOwnAudit() throws {
    let all = [
      connection(1, port: 50124, [finding("half-close-truncated", lost: 9144)]), connection(2, port: 50125),
      connection(3, port: 50126, [finding("reset-abort", [.path, .server])]),
    ]
    let draft = Expectations.draft(captures: ["a.pcap"], all, captureFindings: [])
    let expectations = try Expectations(parsing: draft, knownRules: rules)
    #expect(expectations.differences(all, captureFindings: []).isEmpty)
    #expect(!expectations.differences(Array(all.dropFirst()), captureFindings: []).isEmpty)
  }

  @Test(
    arguments: [
      ("[2001:db8::1]:443", "2001:db8::1", 443), ("10.0.0.1:*", "10.0.0.1", nil), ("*:80", nil, 80), ("*", nil, nil),
    ] as [(String, String?, UInt16?)])
  func endpoints(text: String, address: String?, port: UInt16?) {
    #expect(EndpointPattern(text) == EndpointPattern(address: address, port: port))
  }
}
