internal import Glibc

/// A thread of the system's that runs one function to its end.
///
/// Why the unsafe lines hold: the body is retained for the new thread, which releases it; the handle is joined once.
@safe struct Thread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let handle: pthread_t

  /// nil where the system has none left.
  init?(_ run: @escaping @Sendable () -> Void) {
    let context = unsafe Unmanaged.passRetained(Body(run))
    var handle = pthread_t()
    let failure = unsafe pthread_create(
      &handle, nil,
      { context in
        if let context = unsafe context { unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    guard failure == 0 else {
      unsafe context.release()
      return nil
    }
    self.handle = handle
  }

  /// Waits for its end.
  func join() { pthread_join(handle, nil) }

  /// Processors that this process may use.
  static var processors: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }
}
