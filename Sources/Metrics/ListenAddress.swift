/// Where metrics are served: `PORT`, `HOST:PORT`, `[IPV6]:PORT`.
///
/// Without a host it is this host alone (127.0.0.1): what breaks on a network is nobody else's business unless somebody says so.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// A name or an address, IPv6 without brackets.
  public var host: String
  /// 0 … 65,535; 0 where the kernel is to choose one.
  public var port: UInt16

  /// nil where it is not understood. Port 0 lets the kernel choose.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else {
      guard let port = UInt16(text) else { return nil }
      self.init(host: "127.0.0.1", port: port)
      return
    }
    guard let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard !host.isEmpty else { return nil }
    } else if host.contains(":") || host.contains("[") || host.contains("]") {
      // Which colon of an unbracketed IPv6 address ends it nobody can say.
      return nil
    }
    self.init(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
  }

  init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// `HOST:PORT`, IPv6 in brackets: what is read back as the same.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
