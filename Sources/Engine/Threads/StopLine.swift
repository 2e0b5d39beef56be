internal import Synchronization

/// Where several readings of the same inputs end when somebody interrupts them: at the same frame all.
final class StopLine: Sendable {
  private struct State {
    /// Of each reading, the last look at which it went on.
    var passed: [UInt64]
    /// The look at which all end.
    var end: UInt64?
    /// Whether they were interrupted, once that is settled.
    var wasInterrupted: Bool?
  }

  private let state: Mutex<State>

  init(readings: Int) { state = Mutex(State(passed: [UInt64](repeating: 0, count: readings))) }

  /// Whether a reading goes on at its next look.
  /// - Parameter look: 1, 2, … of this reading: the same number is the same frame in all.
  func passes(_ look: UInt64, _ reading: Int) -> Bool {
    state.withLock { state in
      if state.end == nil, Interruption.isRequested { StopLine.draw(&state) }
      if let end = state.end, look >= end { return false }
      state.passed[reading] = look
      return true
    }
  }

  /// All readings end soon: nobody wants more.
  func stop() { state.withLock { if $0.end == nil { StopLine.draw(&$0) } } }

  /// A reading is at its end. Says whether that is an interruption: of one all were, or none.
  func ends(at look: UInt64) -> Bool {
    state.withLock { state in
      if let settled = state.wasInterrupted { return settled }
      // The inputs may have ended before the line.
      let isInterruption = state.end.map { look >= $0 } ?? false || Interruption.isRequested
      state.wasInterrupted = isInterruption
      return isInterruption
    }
  }

  /// Nobody has passed it, and all will come to it, or to the end of the inputs.
  private static func draw(_ state: inout State) { state.end = (state.passed.max() ?? 0) + 1 }
}
