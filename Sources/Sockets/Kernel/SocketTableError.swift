/// Why the kernel's tables could not be read: the cause, and what mends it.
public struct SocketTableError: Error, Hashable, Sendable {
  /// In words that can stand behind a colon, the kernel's own among them.
  public var cause: String
  /// Empty where nothing is known to help.
  public var mend: String

  /// - Parameter mend: a command or right that helps; empty where none is known.
  public init(_ cause: String, mend: String = "") {
    self.cause = cause
    self.mend = mend
  }
}
