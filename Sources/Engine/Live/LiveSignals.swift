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
  private static let stop = Atomic<Bool>(false)
  private static let goOn = Atomic<Bool>(false)

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

  /// There is a screen: it is given back before the program stops (SIGTSTP), and taken again when it goes on (SIGCONT).
  public static func watchStops() {
    _ = takeStop() || takeContinue()
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in LiveSignals.stop.store(true, ordering: .relaxed) }
    _ = unsafe sigaction(SIGTSTP, &action, nil)
    unsafe action.__sigaction_handler.sa_handler = { _ in LiveSignals.goOn.store(true, ordering: .relaxed) }
    _ = unsafe sigaction(SIGCONT, &action, nil)
  }

  /// There is none any more: the program stops at once.
  public static func leaveStops() { for number in [SIGTSTP, SIGCONT] { _ = signal(number, SIG_DFL) } }

  /// Whether SIGTSTP came since the last call.
  public static func takeStop() -> Bool { stop.exchange(false, ordering: .relaxed) }
  /// Whether SIGCONT came since the last call.
  public static func takeContinue() -> Bool { goOn.exchange(false, ordering: .relaxed) }

  static func takeSummary() -> Bool { summary.exchange(false, ordering: .relaxed) }
  static func takeHangUp() -> Bool { hangUp.exchange(false, ordering: .relaxed) }
}
