/// What a tracker may use, and how it tells connections apart.
public struct TrackerOptions: Sendable {
  /// Seeds the hash of the flow table: whoever sends the packets must not know it, so the commands take a random one.
  /// Results do not depend on it.
  public var seed: UInt64 = 0x7463_7061_7564_6974
  /// Most connections at a time, 16 … 2^30; beyond it the closed, the unanswered and the idlest are given up.
  public var maxConnections = 2_000_000
  /// Most memory for all that is remembered of connections, bytes, 1 MiB or more; what does not fit is given up likewise.
  public var maxMemory = 1 << 30
  /// How long a closed connection waits for stragglers, ns of capture time.
  public var closedLinger: Int64 = 15_000_000_000
  /// A connection that is idle for so long, ns, and owes nothing is put away small, once there are so many of them.
  public var quietAfter: Int64 = 1_000_000_000
  /// Full records, from which on the idle ones are put away.
  public var quietFrom = 4096
  /// Keep Zeek's view of each connection too.
  public var zeek = false
  /// Connections in order, and lone SYNs, are given in brief: see `Tracker.nextBrief()`.
  public var brief = false
  /// With `brief`: attempts that were refused, too, though there is something to say about them (`Brief.Kind.refusal`).
  public var briefRefusals = false
  /// An attempt that was refused stays small until it is forgotten; else it is a connection like others.
  public var setsRefusalsAside = true

  /// Which connections it keeps, where several trackers share a capture; nil is all.
  public var share: Share?

  /// Two million connections in 1 GiB; neither Zeek's view nor briefs.
  public init() {}
}

/// How many records of each kind the memory is good for: fixed shares, so that one kind cannot starve another and the sum
/// is bounded whatever comes first.
struct MemoryLimits {
  /// Of the flow table per entry, while it grows: the old array at three quarters, and one of twice its size.
  private static var slotBytes: Int { 32 }

  let attempts: Int
  let refusals: Int
  let quiet: Int
  let closings: Int
  let connections: Int
  let troubles: Int
  let resets: Int

  init(_ options: TrackerOptions) {
    let share = max(options.maxMemory, 1 << 20) / 32
    func count(_ shares: Int, of bytes: Int) -> Int { share * shares / bytes }
    attempts = min(options.maxConnections, count(6, of: MemoryLayout<Attempt>.stride + MemoryLimits.slotBytes))
    refusals = min(attempts, count(1, of: MemoryLayout<RefusingReset>.stride + ClosedQueue.bytesEach))
    quiet = min(options.maxConnections, count(8, of: MemoryLayout<Quiet>.stride + MemoryLimits.slotBytes))
    closings = min(quiet, count(3, of: MemoryLayout<Closing>.stride + ClosedQueue.bytesEach))
    let zeek = options.zeek ? MemoryLayout<ZeekConnection>.stride + MemoryLayout<Ranges>.stride : 0
    connections = min(
      options.maxConnections, count(6, of: MemoryLayout<Connection>.stride + MemoryLimits.slotBytes + zeek))
    let cold = MemoryLayout<Trouble>.stride + MemoryLayout<Resets>.stride / 2
    troubles = max(min(2 * options.maxConnections, count(8, of: cold)), 4 * SegmentBatch.capacity)
    resets = max(troubles / 2, 2 * SegmentBatch.capacity)
  }
}
