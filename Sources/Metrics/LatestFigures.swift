internal import Report
internal import Synchronization

/// The figures that the audit's loop wrote last, for the thread that serves them.
final class LatestFigures: Sendable {
  private let figures: Mutex<LiveFigures>
  private let connections = Atomic<Int>(0)

  init(_ figures: LiveFigures) { self.figures = Mutex(figures) }

  var current: LiveFigures { figures.withLock { $0 } }

  func replace(with newer: LiveFigures) { figures.withLock { $0 = newer } }

  /// Counts a scraper's connection; false where there are too many.
  func admit() -> Bool {
    connections.add(1, ordering: .relaxed).newValue <= MetricsServer.connectionLimit
  }

  func leave() { connections.subtract(1, ordering: .relaxed) }
}
