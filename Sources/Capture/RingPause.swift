/// How a capture that is busy waits: for a while, instead of for the next block.
///
/// The kernel wakes who polls for each block of its ring, and at half a million packets a second that is some 460 times: each costs a
/// switch to this process and back, and as much as the packets of the block need of the processor's caches. Nobody waits for a packet
/// so impatiently: a finding has two seconds.
struct RingPause {
  /// How long, ms: a small part of what the tightest of the loop's clocks allows (`LiveAudit.tickTime`).
  static var milliseconds: Int32 { 8 }
  /// With fewer packets at a time nothing is gained.
  private static var least: UInt64 { 256 }
  /// What the kernel writes before a packet (struct tpacket3_hdr, sockaddr_ll, and the alignment), bytes.
  private static var head: Int { 112 }
  /// Of the ring: what came meanwhile may be this part of it at most, so that 32 times as much may come in the next while.
  private static var share: Int { 32 }

  /// Packets at a time beyond which the ring is too small for it.
  private let most: UInt64
  private var frames: UInt64 = 0

  /// - Parameters:
  ///   - ring: bytes.
  ///   - snaplen: bytes of a packet.
  init(ring: Int, snaplen: Int) {
    most = UInt64(max(0, ring) / RingPause.share / (max(0, snaplen) + RingPause.head))
  }

  /// Whether there is time for one now, as it is to wait.
  /// - Parameter total: packets that were read since the beginning.
  mutating func isDue(after total: UInt64) -> Bool {
    let count = total &- frames
    frames = total
    return count >= RingPause.least && count <= most
  }
}
