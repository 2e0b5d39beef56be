internal import Audit

/// A mistake in a file of expectations.
public struct ExpectationError: Error, Sendable, Equatable {
  /// 1-based.
  public var line: Int
  /// What is wrong, and what would be right.
  public var message: String
}

extension Expectations {
  /// Reads what a person wrote; the first mistake ends it.
  /// - Parameter knownRules: ids of the catalogue: a misspelt rule would never be found, or always be absent.
  public init(parsing text: String, knownRules: Set<String>) throws(ExpectationError) {
    var parser = ExpectationParser(knownRules: knownRules)
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      try parser.read(line, number: index + 1)
    }
    self = parser.result
  }
}

private struct ExpectationParser {
  let knownRules: Set<String>
  var result = Expectations()
  /// There is a finding that `fault`, `severity` … speak of.
  var inFinding = false
  /// That finding is marked as pending.
  var inPending = false
  /// How far the latest `connection` is indented: what stands further to the right is about it, all else about the run.
  var margin = 0
  /// The line that is read, or the finding that it says more of, is about the latest connection.
  var isOfConnection = false

  mutating func read(_ line: Substring, number: Int) throws(ExpectationError) {
    let indent = line.prefix { $0.isWhitespace }.count
    let mark = "# pending: "
    let isPending = line.dropFirst(indent).hasPrefix(mark)
    let line = isPending ? line.dropFirst(indent + mark.count) : line
    // A comment begins where a line or a word does: `*:80 # why`.
    var words = line.split(whereSeparator: \.isWhitespace)
    if let comment = words.firstIndex(where: { $0.hasPrefix("#") }) { words.removeSubrange(comment...) }
    guard let keyword = words.first else { return }
    let rest = Array(words.dropFirst())
    func fail(_ message: String) -> ExpectationError { ExpectationError(line: number, message: message) }
    let isDetail = ["severity", "fault", "suspects", "confidence", "bytes-lost"].contains(keyword)
    if !isDetail {
      inFinding = false
      isOfConnection = !result.connections.isEmpty && indent > margin
    }
    guard !isPending || isDetail || keyword == "finding" else { throw fail("only a finding is pending") }
    switch keyword {
    case "capture":
      result.captures.append(rest.joined(separator: " "))
    case "connections":
      guard rest.count == 1, let count = Int(rest[0]), count >= 0 else { throw fail("connections takes a number") }
      result.connectionCount = count
    case "allow-more":
      guard rest == ["yes"] || rest == ["no"] else { throw fail("allow-more takes yes or no") }
      if isOfConnection { last.allowsMore = rest == ["yes"] } else { result.allowsMore = rest == ["yes"] }
    case "connection":
      margin = indent
      try connection(rest, number)
    case "finding":
      guard rest.count == 1 else { throw fail("finding takes a rule") }
      // One that is pending may be unknown: it is not built.
      let name = isPending ? String(rest[0]) : try rule(rest[0], number)
      inFinding = true
      inPending = isPending
      latest.append(ExpectedFinding(rule: name, line: number))
    case "absent":
      guard rest.count == 1 else { throw fail("absent takes a rule") }
      let name = try rule(rest[0], number)
      if isOfConnection { last.absent.append(name) } else { result.absent.append(name) }
    case "clean":
      guard isOfConnection else { throw fail("clean stands under a connection, indented") }
      last.isClean = true
    case _ where isDetail:
      guard inFinding else { throw fail("\(keyword) stands under a finding") }
      guard inPending == isPending else { throw fail("a finding and what is below it are pending together") }
      try detail(keyword, rest, number)
    default:
      guard isOfConnection, !rest.isEmpty else {
        throw fail(
          "unknown word “\(keyword)”; a field of the connection's record stands under the connection, indented, and takes"
            + " a value")
      }
      last.fields.append(
        ExpectedField(path: String(keyword), value: rest.joined(separator: " "), line: number))
    }
  }

  private var last: ExpectedConnection {
    get { result.connections[result.connections.count - 1] }
    set { result.connections[result.connections.count - 1] = newValue }
  }

  private func rule(_ word: Substring, _ number: Int) throws(ExpectationError) -> String {
    guard knownRules.contains(String(word)) else {
      throw ExpectationError(line: number, message: "no rule is called “\(word)”; tcpaudit rules lists them")
    }
    return String(word)
  }

  private mutating func connection(_ words: [Substring], _ number: Int) throws(ExpectationError) {
    var words = words
    var count: Int?
    if let times = words.last, times.hasPrefix("x"), let number = Int(times.dropFirst()) {
      count = number
      words.removeLast()
    }
    guard words.count == 3, words[1] == "->" || words[1] == "→", let client = EndpointPattern(words[0]),
      let server = EndpointPattern(words[2])
    else {
      throw ExpectationError(
        line: number,
        message: "a connection is written CLIENT:PORT -> SERVER:PORT, with * for any, and xN for N of them")
    }
    result.connections.append(ExpectedConnection(client: client, server: server, count: count, line: number))
  }

  /// The findings that the one being read belongs to.
  private var latest: [ExpectedFinding] {
    get {
      if isOfConnection { return inPending ? last.pending : last.findings }
      return inPending ? result.pending : result.captureFindings
    }
    set {
      switch (isOfConnection, inPending) {
      case (true, false): last.findings = newValue
      case (true, true): last.pending = newValue
      case (false, false): result.captureFindings = newValue
      case (false, true): result.pending = newValue
      }
    }
  }

  private mutating func detail(_ keyword: Substring, _ words: [Substring], _ number: Int) throws(ExpectationError) {
    var finding = latest[latest.count - 1]
    let value = words.joined(separator: "")
    func fail(_ message: String) -> ExpectationError { ExpectationError(line: number, message: message) }
    switch keyword {
    case "severity":
      guard let severity = Severity.allCases.first(where: { $0.name == value }) else {
        throw fail("severity is note, warning or error")
      }
      finding.severity = severity
    case "confidence":
      guard let confidence = Confidence.allCases.first(where: { $0.name == value }) else {
        throw fail("confidence is possible, likely or certain")
      }
      finding.confidence = confidence
    case "bytes-lost":
      guard let bytes = UInt64(value.filter { $0 != "," && $0 != "_" }) else { throw fail("bytes-lost takes a number") }
      finding.bytesLost = bytes
    case "fault" where value == "unknown":
      finding.faultUnknown = true
    default:
      let parties = value.split(separator: ",").compactMap { Party(rawValue: String($0)) }
      guard !parties.isEmpty, parties.count == value.split(separator: ",").count,
        keyword == "suspects" || parties.count == 1
      else { throw fail("\(keyword) is of client, server, path and capture; fault may be unknown") }
      finding.suspects = parties
    }
    latest[latest.count - 1] = finding
  }
}
