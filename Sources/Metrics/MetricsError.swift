internal import Glibc
internal import NIOCore

/// Why figures can't be served: where, the cause, and what mends it.
public struct MetricsError: Error, Hashable, CustomStringConvertible {
  /// As it was asked for.
  public var address: ListenAddress
  /// In words that can stand behind a colon.
  public var cause: String
  /// Empty where nothing is known to help.
  public var mend: String

  /// - Parameter error: what bind(2) or the resolver said.
  init(_ address: ListenAddress, _ error: any Error) {
    self.address = address
    guard let code = (error as? IOError)?.errnoCode else {
      cause = "“\(address.host)” is no address, and no name that is known here"
      mend = "name an address of this host: 127.0.0.1, or 0.0.0.0 for all of them"
      return
    }
    switch code {
    case EADDRINUSE: (cause, mend) = ("something listens there already", "name another port")
    case EADDRNOTAVAIL:
      (cause, mend) = (
        "it is no address of this host", "name one that is (tcpaudit interfaces), or 0.0.0.0 for all of them"
      )
    case EACCES:
      (cause, mend) = ("ports below 1024 are root's, whose rights are thrown away", "name a port from 1024 on")
    default: (cause, mend) = ("\(IOError(errnoCode: code, reason: "bind"))", "")
    }
  }

  /// One line with address, cause and mend.
  public var description: String { "metrics can't be served at \(address): \(cause)\(mend.isEmpty ? "" : "; \(mend)")" }
}
