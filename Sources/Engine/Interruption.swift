internal import Capture
internal import Glibc

/// SIGINT and SIGTERM as a flag that the loop looks at between batches; the second one ends the process as usual.
///
/// Why the unsafe line holds: `action` is whole before the kernel copies it, and the handler does what a handler may:
/// it stores a flag, and sets the default back.
public enum Interruption {
  /// A signal asked for the end; never taken back.
  public static var isRequested: Bool { ReadStop.isRequested }

  /// Takes over both signals for the rest of the process. Without SA_RESTART: who waits for an input wakes up.
  public static func watch() {
    _ = isRequested
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { number in
      ReadStop.request()
      signal(number, SIG_DFL)
    }
    for number in [SIGINT, SIGTERM] { _ = unsafe sigaction(number, &action, nil) }
  }
}
