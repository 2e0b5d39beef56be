import Glibc
import PacketScript
import Wire

/// Writes a classic pcap with nanoseconds, a megabyte at a time.
package struct CaptureWriter: ~Copyable {
  private let file: UnsafeMutablePointer<FILE>
  private let snaplen: Int
  private var buffer: [UInt8] = []
  package private(set) var packets = 0
  package private(set) var failed = false

  package init?(path: String, snaplen: Int) {
    guard let file = fopen(path, "wb") else { return nil }
    self.file = file
    self.snaplen = snaplen
    buffer.reserveCapacity(1 << 20 + 1 << 17)
    put(0xa1b2_3c4d)
    put(2 | 4 << 16)
    put(0)
    put(0)
    put(UInt32(snaplen))
    put(1)
  }

  private mutating func put(_ value: UInt32) {
    for shift in [0, 8, 16, 24] as [UInt32] { buffer.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// - Parameter length: of the whole frame, where `frame` is the beginning of it.
  package mutating func write(_ frame: [UInt8], length: Int? = nil, at time: Int64) {
    let kept = min(frame.count, snaplen)
    put(UInt32(time / 1_000_000_000))
    put(UInt32(time % 1_000_000_000))
    put(UInt32(kept))
    put(UInt32(length ?? frame.count))
    if kept == frame.count { buffer += frame } else { buffer += frame[..<kept] }
    packets += 1
    if buffer.count > 1 << 20 { flush() }
  }

  private mutating func flush() {
    if fwrite(buffer, 1, buffer.count, file) != buffer.count { failed = true }
    buffer.removeAll(keepingCapacity: true)
  }

  /// - Parameter cut: bytes of the last record that are missing in the file.
  package consuming func finish(cut: Int = 0) -> Bool {
    buffer.removeLast(min(cut, buffer.count))
    flush()
    return fclose(file) == 0 && !failed
  }
}
