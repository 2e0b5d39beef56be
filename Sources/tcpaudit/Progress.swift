internal import Glibc
internal import Report

/// One line on standard error while a large input lasts, redrawn a few times a second, gone at the end.
struct Progress {
  private let isOn: Bool
  private var isShown = false
  private var begun: ContinuousClock.Instant?
  private var last: ContinuousClock.Instant?

  /// Nothing is shown for what is over before anybody could read it.
  private static var patience: Duration { .seconds(1) }
  private static var interval: Duration { .milliseconds(200) }

  init(isOn: Bool) { self.isOn = isOn }

  mutating func show(_ done: UInt64, of total: UInt64?) {
    guard isOn else { return }
    let now = ContinuousClock.now
    guard let begun else {
      self.begun = now
      return
    }
    guard now - begun >= Progress.patience else { return }
    if let last, now - last < Progress.interval { return }
    last = now
    isShown = true
    var line = "\r\u{1b}[Kreading: \(done >> 20) MB"
    if let total, total > 0 {
      let percent = min(100, done * 100 / total)
      line += " of \(total >> 20) MB, \(percent) %"
      let elapsed = Double((now - begun).components.seconds)
      if percent > 0, percent < 100 {
        let rest = Int(elapsed * Double(total - min(done, total)) / Double(max(done, 1)))
        line += rest >= 60 ? ", \(rest / 60) min \(rest % 60) s left" : ", \(rest) s left"
      }
    }
    Diagnostics.write(line, to: STDERR_FILENO)
  }

  mutating func clear() {
    if isShown { Diagnostics.write("\r\u{1b}[K", to: STDERR_FILENO) }
    isShown = false
  }
}
