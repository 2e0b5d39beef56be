internal import Capture
internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM as a flag that the loop looks at between batches; who asks again, later, ends the process as usual.
///
/// Why the unsafe lines hold: `action` is whole before the kernel copies it, and the handler does what a handler may:
/// it looks at a clock, stores flags, sets the default back and raises the signal, which comes when it has returned.
public enum Interruption {
  /// One request may come as several signals: timeout(1) signals the program and then its whole group, a terminal and the script that
  /// runs there both do. What comes within so long of the first, ns, is the same request.
  private static var patience: Int64 { 1_000_000_000 }

  /// When the first came, on a clock that nobody sets, ns; 0: none has.
  private static let first = Atomic<Int64>(0)

  /// A signal asked for the end; never taken back.
  public static var isRequested: Bool { ReadStop.isRequested }

  /// Takes over both signals for the rest of the process. Without SA_RESTART: who waits for an input wakes up.
  public static func watch() {
    // What a handler uses is made before there is one.
    _ = isRequested || first.load(ordering: .relaxed) > 0
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { number in
      ReadStop.request()
      let now = Budget.monotonic
      let (isFirst, first) = Interruption.first.compareExchange(expected: 0, desired: now, ordering: .relaxed)
      guard !isFirst, now - first > Interruption.patience else { return }
      signal(number, SIG_DFL)
      raise(number)
    }
    for number in [SIGINT, SIGTERM] { _ = unsafe sigaction(number, &action, nil) }
  }
}
