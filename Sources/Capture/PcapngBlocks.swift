internal import Wire

/// Sections, interfaces and statistics of pcapng, and what was dropped.
extension PcapngReader {
  /// Most characters of an interface's name that are kept.
  static var longestName: Int { 256 }

  private enum Code {
    static var name: UInt16 { 2 }
    static var resolution: UInt16 { 9 }
    static var offset: UInt16 { 14 }
    static var startTime: UInt16 { 2 }
    static var endTime: UInt16 { 3 }
    static var received: UInt16 { 4 }
    static var interfaceDropped: UInt16 { 5 }
    static var systemDropped: UInt16 { 7 }
    static var packetDropped: UInt16 { 4 }
  }

  /// A section header: from here on another byte order may hold, and interfaces are counted anew.
  mutating func beginSection(_ source: inout ByteSource) throws(CaptureError) {
    switch source.u32(at: 8) {
    case 0x1a2b_3c4d: isSwapped = false
    case 0x4d3c_2b1a: isSwapped = true
    default:
      throw damage(source, at: 8, "a section header without byte-order magic")
    }
    let length = try wholeBlock(&source, least: 28)
    let major = source.u16(at: 12).in(order: isSwapped)
    let minor = source.u16(at: 14).in(order: isSwapped)
    // 1.2 was written by mistake, and means 1.0.
    guard major == 1 && (minor == 0 || minor == 2) else {
      throw damage(source, at: 12, "pcapng version \(major).\(minor): only 1.0 is known")
    }
    // The section's length is not asked: often unknown, and no reader needs it.
    interfaces.removeAll(keepingCapacity: true)
    sections &+= 1
    source.advance(length)
  }

  mutating func addInterface(_ source: inout ByteSource, input: Int, notes: inout Notes) throws(CaptureError) {
    let length = try wholeBlock(&source, least: 20)
    let linkType = source.u16(at: 8).in(order: isSwapped)
    let snaplen = source.u32(at: 12).in(order: isSwapped)
    var clock = PcapngClock()
    var name: String?
    var place = 16
    while let option = option(source, &place, length - 4) {
      switch option.code {
      case Code.name where option.length > 0:
        name = source.text(at: option.value, count: min(option.length, Self.longestName))
      case Code.resolution where option.length >= 1:
        clock.resolution = source.u8(at: option.value)
      case Code.offset where option.length >= 8:
        clock.offset = Int64(bitPattern: source.u64(at: option.value).in(order: isSwapped))
      default: break
      }
    }
    let described = CaptureInterface(
      input: input, name: name, linkType: LinkType(rawValue: linkType), snaplen: snaplen)
    guard let index = notes.add(described) else { throw .tooManyInterfaces(source) }
    interfaces.append(Interface(index: index, linkType: linkType, snaplen: snaplen, clock: clock))
    source.advance(length)
  }

  /// Interface statistics: counts since the capture began, so that each block replaces the one before.
  /// - Parameter number: of the latest packet of this input.
  mutating func takeStatistics(
    _ source: inout ByteSource, number: UInt64, notes: inout Notes
  ) throws(CaptureError) {
    let length = try wholeBlock(&source, least: 24)
    let id = Int(source.u32(at: 8).in(order: isSwapped))
    guard id < interfaces.count else { throw unknownInterface(source, id) }
    let state = interfaces[id]
    var time = state.statisticsTime(halves(source, 12))
    var began = Int64.max
    var ended = Int64.max
    var received: UInt64 = 0
    var (interface, system): (UInt64?, UInt64?) = (nil, nil)
    var place = 20
    while let option = option(source, &place, length - 4) {
      guard option.length >= 8 else { continue }
      switch option.code {
      case Code.startTime: began = state.statisticsTime(halves(source, option.value))
      case Code.endTime:
        time = state.statisticsTime(halves(source, option.value))
        ended = time
      case Code.received: received = source.u64(at: option.value).in(order: isSwapped)
      case Code.interfaceDropped: interface = source.u64(at: option.value).in(order: isSwapped)
      case Code.systemDropped: system = source.u64(at: option.value).in(order: isSwapped)
      default: break
      }
    }
    // Some packets of a capture, saved as a file of their own, have the statistics of the whole: until then others were recorded, and of
    // these nobody knows. Clamped means nonsense.
    if ended < .max, received.subtractingClamped(system ?? 0) <= number {
      notes.end = max(notes.end, ended)
      stopped = max(stopped, ended)
    }
    count(id, interface: interface, system: system, from: began, to: time, &notes)
    source.advance(length)
  }

  private mutating func count(
    _ id: Int, interface: UInt64?, system: UInt64?, from began: Int64, to time: Int64, _ notes: inout Notes
  ) {
    let state = interfaces[id]
    // What packets have told of is in one of the two counts, and has its place in time already.
    let kernel = max(system ?? 0, state.kernelDropped)
    let other = system == nil ? (interface ?? 0).subtractingClamped(state.located) : interface ?? 0
    let moreKernel = kernel - state.kernelDropped
    let moreInterface = other.subtractingClamped(state.interfaceDropped)
    notes.loss.kernelDropped.addClamped(moreKernel)
    notes.loss.interfaceDropped.addClamped(moreInterface)
    if moreKernel > 0 || moreInterface > 0 {
      let since = state.statistics != .min ? state.statistics : min(began, state.first == .min ? time : state.first)
      notes.loss.addBlind(from: since, to: max(time, since))
    }
    interfaces[id].kernelDropped = kernel
    interfaces[id].interfaceDropped.addClamped(moreInterface)
    interfaces[id].statistics = time
  }

  /// `dropped` packets were lost between the previous packet of this interface and one at `time`.
  mutating func note(_ dropped: UInt64, interface id: Int, until time: Int64, _ notes: inout Notes) {
    let previous = interfaces[id].previous
    interfaces[id].located.addClamped(dropped)
    interfaces[id].kernelDropped.addClamped(dropped)
    notes.loss.kernelDropped.addClamped(dropped)
    notes.loss.addBlind(from: previous == .min ? time : previous, to: time)
  }

  /// epb_dropcount among a packet's options.
  @inline(never) func epbDropped(_ source: borrowing ByteSource, _ from: Int, _ to: Int) -> UInt64 {
    var place = from
    while let option = option(source, &place, to) {
      if option.code == Code.packetDropped && option.length >= 8 {
        return source.u64(at: option.value).in(order: isSwapped)
      }
    }
    return 0
  }

  /// The option at `place`, which moves on behind it; nil at the last one, and where one leaves its block.
  private func option(
    _ source: borrowing ByteSource, _ place: inout Int, _ end: Int
  ) -> (code: UInt16, value: Int, length: Int)? {
    guard place + 4 <= end else { return nil }
    let code = source.u16(at: place).in(order: isSwapped)
    let length = Int(source.u16(at: place + 2).in(order: isSwapped))
    guard code != 0, place + 4 + length <= end else { return nil }
    let value = place + 4
    place = value + (length + 3) & ~3
    return (code, value, length)
  }

  /// Times are written high half first, in both byte orders.
  private func halves(_ source: borrowing ByteSource, _ place: Int) -> UInt64 {
    UInt64(source.u32(at: place).in(order: isSwapped)) << 32 | UInt64(source.u32(at: place + 4).in(order: isSwapped))
  }
}

/// Damage.
extension PcapngReader {
  private func damage(_ source: borrowing ByteSource, at place: Int, _ cause: String) -> CaptureError {
    .damaged(source, at: place, cause)
  }

  func blockLengthError(_ source: borrowing ByteSource, _ length: UInt32, least: UInt32) -> CaptureError {
    damage(source, at: 4, "a block of \(length) bytes: \(least) to \(Self.largestBlock) can be true")
  }

  func trailerError(_ source: borrowing ByteSource, _ length: UInt32, _ again: UInt32) -> CaptureError {
    damage(source, at: 0, "a block begins with a length of \(length) bytes and ends with one of \(again)")
  }

  func packetLengthError(_ source: borrowing ByteSource, _ captured: Int, _ length: Int) -> CaptureError {
    damage(source, at: 20, "a packet of \(captured) captured bytes in a block of \(length)")
  }

  func unknownInterface(_ source: borrowing ByteSource, _ id: Int) -> CaptureError {
    damage(source, at: 8, "interface \(id) was not described: the section has \(interfaces.count)")
  }
}

extension UInt64 {
  mutating func addClamped(_ more: UInt64) {
    let (sum, over) = addingReportingOverflow(more)
    self = over ? .max : sum
  }

  func subtractingClamped(_ less: UInt64) -> UInt64 { self > less ? self - less : 0 }
}

extension PcapngReader.Interface {
  private static var day: Int64 { 86_400_000_000_000 }

  /// A time among statistics. dumpcap (4.0) writes microseconds there even where if_tsresol says nanoseconds: what would
  /// lie years before the interface's packets, and as microseconds does not, is microseconds.
  func statisticsTime(_ ticks: UInt64) -> Int64 {
    let time = clock.time(ticks)
    guard clock.resolution == 9, first != .min, time < first - min(first, 365 * Self.day) else { return time }
    var microseconds = clock
    microseconds.resolution = 6
    let other = microseconds.time(ticks)
    // A day before the first packet is where a capture may have begun.
    return other < .max && other >= Timestamp(nanoseconds: first).advanced(by: -Self.day).nanoseconds ? other : time
  }
}
