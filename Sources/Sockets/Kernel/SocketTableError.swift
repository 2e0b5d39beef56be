/// Why the kernel's tables could not be read: the cause, and what mends it.
public struct SocketTableError: Error, Hashable, Sendable {
  public var cause: String
  /// Empty where nothing is known to help.
  public var mend: String

  public init(_ cause: String, mend: String = "") {
    self.cause = cause
    self.mend = mend
  }
}
