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
    findings.sorted { one, other in
      if one.isHealed != other.isHealed { return other.isHealed }
      switch self {
      case .worst:
        if one.severity != other.severity { return one.severity > other.severity }
        if one.confidence != other.confidence { return one.confidence > other.confidence }
        if one.bytesLost ?? 0 != other.bytesLost ?? 0 { return one.bytesLost ?? 0 > other.bytesLost ?? 0 }
      case .newest: break
      case .bytes:
        if one.bytesLost ?? 0 != other.bytesLost ?? 0 { return one.bytesLost ?? 0 > other.bytesLost ?? 0 }
      }
      return one.id > other.id
    }
  }
}

extension ScreenFinding {
  /// Every word of the filter stands somewhere in what the list shows of it.
  func matches(_ filter: String) -> Bool {
    let text = "\(severity.name) \(confidence.name) \(rule) \(atFault) \(endpoints) \(summary)".lowercased()
    return filter.lowercased().split(separator: " ").allSatisfy { text.contains($0) }
  }
}
