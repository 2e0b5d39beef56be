internal import Synchronization

/// Asks every reading to end: what is there is still read, and an input that keeps us waiting is left.
public enum ReadStop {
  private static let flag = Atomic<Bool>(false)

  /// Whether somebody asked; never taken back.
  public static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// May be called from a signal handler, once `isRequested` was looked at.
  public static func request() { flag.store(true, ordering: .relaxed) }
}
