internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM as a flag that the loop looks at between batches; the second one ends the process as usual.
public enum Interruption {
  private static let signalled = Atomic<Bool>(false)

  public static var isRequested: Bool { signalled.load(ordering: .relaxed) }

  /// Takes over both signals for the rest of the process.
  public static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.signalled.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }
}
