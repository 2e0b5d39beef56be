internal import Audit
internal import Flow
internal import Wire

// The names that a ladder's rows are made of.
extension LadderReading {
  static func flagNames(_ flags: TCPFlags) -> String {
    let names: [(TCPFlags, String)] = [
      (.syn, "SYN"), (.fin, "FIN"), (.rst, "RST"), (.psh, "PSH"), (.urg, "URG"), (.ack, "ACK"),
    ]
    let set = names.filter { flags.contains($0.0) }.map(\.1)
    if flags.contains(.unknown) { return "?" }
    return set.isEmpty ? "none" : set.joined(separator: " ")
  }

  /// What a SYN offers, after a semicolon.
  static func options(_ segment: Segment) -> String {
    var offers: [String] = []
    if segment.options.contains(.mss) { offers.append("MSS \(segment.mss)") }
    if segment.options.contains(.windowScale) { offers.append("scale \(segment.windowScale)") }
    if segment.options.contains(.sackPermitted) { offers.append("SACK") }
    if segment.options.contains(.timestamps) { offers.append("timestamps") }
    if segment.options.contains(.mptcp) { offers.append("MPTCP") }
    if !offers.isEmpty, segment.options.mayHideOthers { offers.append("…") }
    return offers.isEmpty ? "" : "; " + offers.joined(separator: ", ")
  }
}

extension QuotedError {
  /// What it says, and the MTU where it tells one.
  var words: String {
    let name = ICMPWords.text(type: type, code: code, ipVersion: ipVersion)
    return mtu > 0 ? "\(name), MTU \(mtu)" : name
  }
}
