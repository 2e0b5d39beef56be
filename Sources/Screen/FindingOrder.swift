internal import Audit

/// How the findings are sorted.
enum FindingOrder: String, CaseIterable {
  /// The severest, the surest, the most bytes lost, the latest.
  case worst = "worst first"
  case newest = "newest first"
  case bytes = "most bytes lost first"

  /// The one after this, around.
  var next: FindingOrder {
    let all = FindingOrder.allCases
    let place = all.firstIndex(of: self) ?? 0
    return all[(place + 1) % all.count]
  }

  /// Those that healed come last, whatever the order.
  func sort(_ findings: [ScreenFinding]) -> [ScreenFinding] {
    var keys: [Key] = []
    keys.reserveCapacity(findings.count)
    for (place, finding) in findings.enumerated() { keys.append(Key(finding, place, self)) }
    keys.sort()
    return keys.map { findings[$0.place] }
  }

  /// What tells the order of two: small, as it is moved about.
  private struct Key: Comparable {
    /// From the most significant on.
    private let stands: Bool
    private let severity: UInt8
    private let confidence: UInt8
    private let bytes: UInt64
    private let id: UInt64
    let place: Int

    init(_ finding: ScreenFinding, _ place: Int, _ order: FindingOrder) {
      let isWorst = order == .worst
      stands = !finding.isHealed
      severity = isWorst ? UInt8(finding.severity.rawValue) : 0
      confidence = isWorst ? UInt8(finding.confidence.rawValue) : 0
      bytes = order == .newest ? 0 : finding.bytesLost ?? 0
      id = finding.id
      self.place = place
    }

    static func < (one: Key, other: Key) -> Bool {
      if one.stands != other.stands { return one.stands }
      if one.severity != other.severity { return one.severity > other.severity }
      if one.confidence != other.confidence { return one.confidence > other.confidence }
      if one.bytes != other.bytes { return one.bytes > other.bytes }
      return one.id > other.id
    }
  }
}

/// What is typed to find findings.
struct FindingFilter {
  private let words: [[UInt8]]

  init(_ text: String) { words = text.lowercased().split(separator: " ").map { Array($0.utf8) } }

  /// Every word of it stands somewhere in what the list shows of the finding.
  func matches(_ finding: ScreenFinding) -> Bool {
    words.allSatisfy { word in FindingFilter.contains(finding.words, word) }
  }

  private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
    guard text.count >= word.count else { return false }
    for start in 0...(text.count - word.count) {
      var length = 0
      while length < word.count, text[start + length] == word[length] { length += 1 }
      if length == word.count { return true }
    }
    return false
  }
}
