internal import Flow

/// Lines that wait until it is known whether a display filter in them needs frames: whether another connection uses its addresses and
/// ports later in the run. Bounded: where too much waits, each filter gets its frames, so that it selects the connection whatever comes.
struct HeldFilters {
  /// Bytes of lines that wait.
  static var limit: Int { 8 << 20 }

  /// Where frames are to be put, and whose.
  private var places: [(offset: Int, connection: ShownConnection)] = []
  private var usedAgain = UsedAgain()

  var isEmpty: Bool { places.isEmpty }

  /// - Parameter offset: in the writer that holds the lines, where its filter ends.
  mutating func hold(_ connection: ShownConnection, at offset: Int) {
    places.append((offset, connection))
    usedAgain.show(connection)
  }

  mutating func meet(_ connection: borrowing Brief) { usedAgain.meet(connection) }

  /// From where it is, if it is much; what is little goes with what is around it.
  private static func write(_ held: ByteWriter, _ range: Range<Int>, by writer: inout ByteWriter, to output: Output) {
    if range.count >= Output.chunk / 8 {
      output.flush(&writer)
      output.write(held.bytes.extracting(range))
    } else {
      writer.write(held, range)
      if writer.count >= Output.chunk { output.flush(&writer) }
    }
  }

  /// Writes out what waits.
  /// - Parameter known: all connections have been met.
  mutating func release(_ held: inout ByteWriter, to output: Output, known: Bool) {
    var writer = ByteWriter()
    var start = 0
    for (offset, connection) in places where !known || usedAgain.contains(connection) {
      HeldFilters.write(held, start..<offset, by: &writer, to: output)
      connection.write(frames: &writer)
      start = offset
    }
    HeldFilters.write(held, start..<held.count, by: &writer, to: output)
    output.flush(&writer)
    held.removeAll()
    places.removeAll()
    usedAgain.removeAll()
  }
}
