internal import Glibc
internal import Synchronization

/// Opens and closes interfaces beside the packets' loop: to make a ring, to map it and to give it back are tens of milliseconds,
/// many times that where the ring is large or memory is short.
///
/// A thread works while there is something to do, and ends. It may what the thread may that asks: rights are of a thread
/// (capabilities(7)), and one that is begun has those of who began it, as they are then. An interface belongs to one thread at a
/// time: to this one from the moment that it is asked until what was opened is taken.
///
/// Why the unsafe lines hold: pthread_create(3) is given a context that the new thread takes over, signal sets are filled before they are
/// used, and sched_setscheduler(2) is lent a structure for the call.
final class InterfaceOpener: Sendable {
  /// What came of it.
  struct Opened: Sendable {
    /// As it was asked for.
    var place: Int
    var interface: Result<LiveInterface, LiveError>
  }

  private enum Job {
    case open(Int, String)
    case close(LiveInterface)
  }

  private struct State {
    /// The first is last.
    var jobs: [Job] = []
    var opened: [Opened] = []
    var isWorking = false
    var isEnded = false
  }

  private let options: LiveOptions
  private let libpcap: Libpcap
  private let live: LibpcapLive
  private let state = Mutex(State())

  init(_ options: LiveOptions, _ libpcap: Libpcap, _ live: LibpcapLive) {
    self.options = options
    self.libpcap = libpcap
    self.live = live
  }

  /// What comes of it is among the `opened`, some time.
  func open(_ place: Int, _ name: String) { begin(.open(place, name)) }

  /// It is nobody else's any more.
  func close(_ interface: LiveInterface) { begin(.close(interface)) }

  /// What was opened, or was not, since the last time.
  func takeOpened() -> [Opened] {
    state.withLock { state in
      let opened = state.opened
      state.opened = []
      return opened
    }
  }

  /// Nobody takes anything any more: what is open, or still being opened, is closed.
  func end() {
    state.withLock { $0.isEnded = true }
    for opened in takeOpened() { discard(opened) }
  }

  private func begin(_ job: Job) {
    let isWorking = state.withLock { state in
      defer { state.isWorking = true }
      state.jobs.insert(job, at: 0)
      return state.isWorking
    }
    // Better late than never, where the system has no thread left.
    if !isWorking, !startThread() { work() }
  }

  /// All that is to be done.
  private func work() {
    while let job = next() {
      switch job {
      case .close(var interface): interface.close(libpcap)
      case .open(let place, let name):
        let opened = Opened(place: place, interface: open(name))
        let isLate = state.withLock { state in
          if !state.isEnded { state.opened.append(opened) }
          return state.isEnded
        }
        if isLate { discard(opened) }
      }
    }
  }

  private func next() -> Job? {
    state.withLock { state in
      let job = state.jobs.popLast()
      state.isWorking = job != nil
      return job
    }
  }

  private func open(_ name: String) -> Result<LiveInterface, LiveError> {
    do throws(LiveError) { return .success(try LiveInterface.open(name, options, libpcap, live)) } catch {
      return .failure(error)
    }
  }

  private func discard(_ opened: Opened) {
    if case .success(var interface) = opened.interface { interface.close(libpcap) }
  }

  /// Says whether there is one.
  private func startThread() -> Bool {
    // Signals are the loop's: it waits for packets and for them.
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    let context = unsafe Unmanaged.passRetained(self)
    var thread = pthread_t()
    let failure = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        // Where the loop runs in real time, it is not to wait for this. Else there is no such call: a service may be ended for it.
        if sched_getscheduler(0) != SCHED_OTHER {
          var ordinary = sched_param()
          _ = unsafe sched_setscheduler(0, SCHED_OTHER, &ordinary)
        }
        unsafe Unmanaged<InterfaceOpener>.fromOpaque(context).takeRetainedValue().work()
        return nil
      }, context.toOpaque())
    guard failure == 0 else {
      unsafe context.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
