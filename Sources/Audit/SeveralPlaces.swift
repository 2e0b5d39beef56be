internal import Flow

extension CaptureFacts {
  /// Captures of several places in one run, or merged into one file: nothing is claimed of what they hold together
  /// (`Facts.severalPlaces`), and that is said; nil where there are none.
  var severalPlacesFinding: Finding? {
    guard severalPlaces > 0 else { return nil }
    let (verb, them) = severalPlaces == 1 ? ("is", "it") : ("are", "them")
    let captures = inputs > 1 ? "several captures that were" : "this capture twice, as if merged from two"
    return Finding(
      rule: "capture-duplicated", severity: .warning, confidence: .certain, suspects: [.capture],
      summary: "\(count(severalPlaces, "connection")) \(verb) in \(captures) taken at different places:"
        + " nothing is claimed about \(them), nor about others between the same hosts",
      evidence: firstOfSeveralPlaces.map { [Evidence($0, nil, "begins the first of \(them)")] } ?? [],
      facts: [
        NamedFact("connections", Int64(clamping: severalPlaces)),
        NamedFact("duplicate_packets", Int64(clamping: duplicatePackets)),
        NamedFact("tcp_packets", Int64(clamping: tcpPackets)),
      ],
      mend: "audit each capture by itself\(inputs > 1 ? "" : ", before it is merged"): each is a view of its own, and"
        + " what happened between the two places looks different from either")
  }
}
