internal import Wire

/// Zeek's view of each connection, kept beside the tracker's own where it is asked for: the same index, another region.
struct ZeekRecords: ~Copyable {
  private var records: [ZeekConnection] = []
  let isOn: Bool

  init(isOn: Bool) { self.isOn = isOn }

  mutating func begin(_ segment: Segment, index: UInt32) {
    let place = Int(index)
    if place < records.count {
      records[place] = ZeekConnection(first: segment)
      return
    }
    while records.count <= place { records.append(ZeekConnection(first: segment)) }
  }

  subscript(_ index: UInt32) -> ZeekConnection {
    get { records[Int(index)] }
    // In its place: a record is too large to be copied twice a packet.
    _modify { yield &records[Int(index)] }
  }
}
