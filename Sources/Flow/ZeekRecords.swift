internal import Wire

/// Zeek's view of each connection, kept beside the tracker's own where it is asked for: the same index, another region.
struct ZeekRecords: ~Copyable {
  private var records: Region<ZeekConnection>
  private var waiting: ZeekWaiting
  let isOn: Bool

  /// - Parameter capacity: as of the tracker's own records.
  init(isOn: Bool, capacity: Int) {
    self.isOn = isOn
    records = Region(capacity: isOn ? capacity : 0)
    waiting = ZeekWaiting(capacity: isOn ? capacity : 0)
  }

  /// All of it, to be continued elsewhere.
  struct Contents: Sendable {
    fileprivate var records: Region<ZeekConnection>.Contents
    fileprivate var waiting: Region<Ranges>.Contents
    fileprivate var isOn: Bool
  }

  var contents: Contents { Contents(records: records.contents, waiting: waiting.records.contents, isOn: isOn) }

  init(_ contents: Contents, capacity: Int) {
    isOn = contents.isOn
    records = Region(contents.records, capacity: isOn ? capacity : 0)
    waiting = ZeekWaiting(capacity: 0)
    waiting.records = Region(contents.waiting, capacity: isOn ? capacity : 0)
  }

  /// A connection begins at `index`, whatever was there before.
  mutating func begin(_ segment: Segment, index: UInt32) {
    if index < records.used {
      records[index].release(&waiting)
      records[index] = ZeekConnection(first: segment)
      return
    }
    // The tracker hands out its indexes in ascending order before it hands out one again.
    while records.used <= index, records.allocate(ZeekConnection(first: segment)) != nil {}
  }

  @inline(__always) mutating func observe(_ segment: Segment, index: UInt32, fromFirst: Bool) {
    // Zeek does not count a segment whose header is cut.
    guard index < records.used, !segment.flags.contains(.unknown) else { return }
    records[index].observe(segment, fromFirst: fromFirst, &waiting)
  }

  func view(_ index: UInt32, firstIsClient: Bool) -> ZeekView {
    index < records.used ? records[index].view(firstIsClient: firstIsClient) : ZeekView()
  }
}
