internal import Audit
internal import Capture
internal import Metrics
internal import Report

// What a live audit says before its first finding, and what people mistake for an interface.
extension Live {
  /// One line: what is captured, where results go, and how it ends.
  func opening(_ path: String?) -> String {
    var line = "capturing TCP on \(interfaces.joined(separator: ", "))"
    if let filter = audit.filter { line += ", only \(filter)" }
    line += "; results go to \(path ?? "standard output")"
    let end = duration.map { "after \(TimeSpan.text($0.nanoseconds)), or with Ctrl-C" } ?? "with Ctrl-C"
    return line + "; it ends \(end), and prints the summary"
  }

  /// What else there is to know from the beginning.
  func hints(_ server: MetricsServer?) -> [String] {
    var hints: [String] = []
    if capture.tunnels, audit.filter != nil {
      hints.append("the filter is about the outer packets: of what is in tunnels it knows no address and no port")
    }
    if let server, metrics?.address.port == 0 { hints.append("figures are at http://\(server.address)/metrics") }
    return hints
  }

  /// A word of a filter that was typed without `-f`; nil where all may be interfaces.
  static func filterWord(in interfaces: [String]) -> String? {
    guard let word = interfaces.dropFirst().first(where: { filterWords.contains($0) }) else { return nil }
    let names = (try? CaptureDevice.all())?.map(\.name) ?? []
    return names.contains(word) ? nil : word
  }

  /// What a filter begins with (pcap-filter(7)).
  private static var filterWords: Set<String> {
    [
      "tcp", "icmp", "udp", "ip", "ip6", "host", "net", "port", "portrange", "src", "dst", "not", "vlan", "ether",
      "less", "greater",
    ]
  }
}
