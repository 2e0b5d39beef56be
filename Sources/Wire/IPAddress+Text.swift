extension IPAddress {
  /// Dotted decimal, or RFC 5952 where `ipVersion` is 6.
  public func text(ipVersion: UInt8) -> String { "" }
}
