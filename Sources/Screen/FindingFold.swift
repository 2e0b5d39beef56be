internal import Audit

/// Findings that say the same of the same service are one line, which tells how many there are.
struct FindingFold {
  private struct Kind: Hashable {
    var rule: String
    var severity: Severity
    var atFault: String
    var isHealed: Bool
    var service: String
  }

  private(set) var lines: [ScreenFinding] = []
  /// Of every finding, the one whose line it is in.
  private(set) var places: [UInt64: UInt64] = [:]

  /// - Parameter sorted: of those alike the first is shown.
  init(_ sorted: [ScreenFinding]) {
    var known: [Kind: Int] = [:]
    for finding in sorted {
      let kind = Kind(
        rule: finding.rule, severity: finding.severity, atFault: finding.atFault, isHealed: finding.isHealed,
        service: finding.service)
      let place = known[kind] ?? lines.count
      if place == lines.count {
        known[kind] = place
        lines.append(finding)
      } else {
        lines[place].alike += 1
      }
      places[finding.id] = lines[place].id
    }
  }
}

extension ScreenFinding {
  /// Whom it is about: both ends, or `12 × → 10.2.0.2:2181`.
  var whom: String { alike > 1 ? "\(alike) × → \(service)" : endpoints }
}
