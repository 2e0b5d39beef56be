internal import Glibc

/// Hands values from one thread to another, in order: whoever is ahead waits.
///
/// Why the unsafe lines hold: lock and conditions are allocated and initialised once, do not move, and are destroyed when nobody
/// refers to the channel any more; everything else is touched under the lock only, which is what makes it Sendable.
@safe final class Channel<Value: Sendable>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let hasValue = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let hasRoom = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let capacity: Int
  /// The first is last.
  private var values: [Value] = []
  private var isClosed = false

  /// - Parameter capacity: values that wait at most, 1 or more.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe pthread_mutex_init(lock, nil)
    unsafe pthread_cond_init(hasValue, nil)
    unsafe pthread_cond_init(hasRoom, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(hasRoom)
    unsafe pthread_cond_destroy(hasValue)
    unsafe pthread_mutex_destroy(lock)
    unsafe hasRoom.deallocate()
    unsafe hasValue.deallocate()
    unsafe lock.deallocate()
  }

  /// Waits for room; after `close()` the value goes nowhere.
  func send(_ value: Value) {
    unsafe pthread_mutex_lock(lock)
    while values.count >= capacity, !isClosed { unsafe pthread_cond_wait(hasRoom, lock) }
    if !isClosed { values.insert(value, at: 0) }
    unsafe pthread_cond_signal(hasValue)
    unsafe pthread_mutex_unlock(lock)
  }

  /// Waits for a value; nil where none will come.
  func receive() -> Value? {
    unsafe pthread_mutex_lock(lock)
    while values.isEmpty, !isClosed { unsafe pthread_cond_wait(hasValue, lock) }
    let value = values.popLast()
    unsafe pthread_cond_signal(hasRoom)
    unsafe pthread_mutex_unlock(lock)
    return value
  }

  /// Nothing more is sent; what waits is still received.
  func close() {
    unsafe pthread_mutex_lock(lock)
    isClosed = true
    unsafe pthread_cond_broadcast(hasValue)
    unsafe pthread_cond_broadcast(hasRoom)
    unsafe pthread_mutex_unlock(lock)
  }
}
