internal import Flow

extension Rule {
  /// What was acknowledged and never seen was lost by the capture, not by the path.
  static let captureLoss = Rule(
    id: "capture-loss", severity: .warning, title: "the capture lost packets"
  ) { facts, thresholds in
    let around = facts.surroundings
    guard around.kernelDropped > 0 || around.interfaceDropped > 0 || around.missingBytes > 0 else { return nil }
    var parts: [String] = []
    if around.missingBytes > 0 {
      parts.append(
        "\(bytes(around.missingBytes)) of \(commas(around.payloadBytes + around.missingBytes))"
          + (around.missingBytes == 1 ? " was acknowledged and is" : " were acknowledged and are")
          + " not in the capture")
    }
    if around.kernelDropped > 0 { parts.append("the kernel dropped \(count(around.kernelDropped, "packet"))") }
    if around.interfaceDropped > 0 { parts.append("the interface dropped \(count(around.interfaceDropped, "packet"))") }
    let doubted = facts.doubtedFindings.sorted { $0.key < $1.key }
    if !doubted.isEmpty {
      parts.append("less certain: " + doubted.map { "\($0.key) (\(commas($0.value)))" }.joined(separator: ", "))
    }
    return Finding(
      rule: "capture-loss", severity: .warning, confidence: .certain, suspects: [.capture],
      summary: "the capture is not complete: " + parts.joined(separator: "; "),
      evidence: facts.firstLossy.map { [Evidence($0, nil, "begins the first connection with bytes that are missing")] }
        ?? [],
      facts: [
        NamedFact("missing_bytes", Int64(clamping: around.missingBytes)),
        NamedFact("kernel_dropped", Int64(clamping: around.kernelDropped)),
        NamedFact("interface_dropped", Int64(clamping: around.interfaceDropped)),
        NamedFact("lossy_connections", Int64(clamping: facts.lossyConnections)),
        NamedFact("doubted", doubted.map(\.key)),
      ],
      mend: "capture again with a larger buffer (tcpdump -B 65536), a filter, or a snaplen of 96")
  }
}
