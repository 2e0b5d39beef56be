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

  /// There was a terminal when it began, and it is to end with it: no file is opened again.
  private static let endsWithTerminal = Atomic<Bool>(false)

  /// - Parameter reopens: there is a file to open again; where there is none, a terminal that hangs up ends the audit, unless whoever
  ///   began it wanted it to outlive that (nohup(1)).
  public static func watch(reopens: Bool) {
    _ = takeSummary() || takeHangUp() || ReadStop.isRequested
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in LiveSignals.summary.store(true, ordering: .relaxed) }
    _ = unsafe sigaction(SIGUSR1, &action, nil)
    unsafe action.__sigaction_handler.sa_handler = { _ in LiveSignals.hangUp.store(true, ordering: .relaxed) }
    var before = sigaction()
    _ = unsafe sigaction(SIGHUP, &action, &before)
    let ignores = unsafe before.__sigaction_handler.sa_handler.map { unsafe unsafeBitCast($0, to: Int.self) } == 1
    endsWithTerminal.store(!reopens && !ignores && hasTerminal, ordering: .relaxed)
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

  /// The kernel has taken the terminal from its processes before it tells them.
  static var hasLostTerminal: Bool { endsWithTerminal.load(ordering: .relaxed) && !hasTerminal }

  /// tty(4): there is no such device for a process without a controlling terminal.
  private static var hasTerminal: Bool {
    let terminal = unsafe open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
    if terminal >= 0 { close(terminal) }
    return terminal >= 0
  }
}
