internal import Capture
internal import Glibc
internal import Synchronization

/// What somebody asks of a live audit by signals: SIGUSR1 a summary, SIGHUP that outputs are opened again.
///
/// Why the unsafe lines hold: as of `Interruption`: the action is whole before the kernel copies it, and the handlers only
/// store a flag.
public enum LiveSignals {
  private static let summary = Atomic<Bool>(false)
  private static let hangUp = Atomic<Bool>(false)

  /// - Parameter reopens: there is a file to open again; where there is none, a terminal that hangs up ends the audit.
  public static func watch(reopens: Bool) {
    _ = takeSummary() || takeHangUp() || ReadStop.isRequested
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in LiveSignals.summary.store(true, ordering: .relaxed) }
    _ = unsafe sigaction(SIGUSR1, &action, nil)
    if reopens {
      unsafe action.__sigaction_handler.sa_handler = { _ in LiveSignals.hangUp.store(true, ordering: .relaxed) }
    } else {
      unsafe action.__sigaction_handler.sa_handler = { _ in ReadStop.request() }
    }
    _ = unsafe sigaction(SIGHUP, &action, nil)
  }

  static func takeSummary() -> Bool { summary.exchange(false, ordering: .relaxed) }
  static func takeHangUp() -> Bool { hangUp.exchange(false, ordering: .relaxed) }
}
