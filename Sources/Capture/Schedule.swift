/// Which input comes when.
///
/// To order them, the first packet of each is read; then it is closed until the timeline reaches that packet, so that
/// thousands of rotated files take one descriptor. What can't be opened twice, a pipe, stays open.
struct Schedule {
  /// What is read of a file to find its first packet, bytes.
  private static var glance: Int { 16 << 10 }

  private struct Unopened {
    var time: Int64
    var index: Int
    var path: String
  }

  /// By time, the earliest last.
  private var unopened: [Unopened] = []
  /// Open, each with its head read. Few: those that overlap in time.
  private var waiting: [WaitingInput] = []
  /// Read from inputs that are done.
  private var bytesDone: UInt64 = 0

  init() {}

  init(paths: [String], notes: inout Notes) {
    var standardInputs = 0
    for (index, path) in paths.enumerated() {
      guard index < Timeline.inputLimit else {
        notes.errors.append(
          CaptureError(path: path, cause: "more than \(Timeline.inputLimit) inputs", mend: "give fewer at a time"))
        break
      }
      if path == "-" {
        standardInputs += 1
        guard standardInputs == 1 else {
          notes.errors.append(CaptureError(path: path, cause: "standard input can be read only once"))
          continue
        }
      }
      // One input has no order to find: it is opened when the first packet is asked for.
      let time = paths.count == 1 ? .min : firstTime(path, index, &notes)
      if let time { unopened.append(Unopened(time: time, index: index, path: path)) }
    }
    unopened.sort { ($0.time, $0.index) > ($1.time, $1.index) }
  }

  /// The time of the first packet of a file that is opened later; nil where nothing is left to do with it.
  private mutating func firstTime(_ path: String, _ index: Int, _ notes: inout Notes) -> Int64? {
    if path == "-" || InputFile.size(of: path) == nil {
      open(path, index, &notes)
      return nil
    }
    var aside = Notes()
    guard let input = try? Input.open(path, index: index, buffer: Self.glance, notes: &aside) else {
      return .min
    }
    let waiting = WaitingInput(input)
    // Without a packet it has errors and statistics only: it is read first, and that notes them.
    return waiting.input.readHead(&aside) ? waiting.time : .min
  }

  /// Opens an input and reads its first head; without one it is done.
  @discardableResult
  private mutating func open(_ path: String, _ index: Int, _ notes: inout Notes) -> WaitingInput? {
    do throws(CaptureError) {
      let opened = WaitingInput(try Input.open(path, index: index, notes: &notes))
      if opened.input.readHead(&notes) {
        notes.loss.begin(index, at: opened.time)
        waiting.append(opened)
        return opened
      }
      bytesDone &+= opened.input.source.bytesRead
    } catch {
      notes.errors.append(error)
    }
    return nil
  }

  /// The earliest packet that waits, ns; `.max` is none.
  var earliest: Int64 {
    waiting.reduce(unopened.last?.time ?? .max) { min($0, $1.time) }
  }

  /// Read from inputs other than the current one.
  var bytesRead: UInt64 { waiting.reduce(bytesDone) { $0 &+ $1.input.source.bytesRead } }

  /// Puts the input with the earliest packet in `current`'s place, which waits if it has a packet and is done if not.
  /// False when no input has a packet.
  mutating func exchange(_ current: inout Input, notes: inout Notes) -> Bool {
    if !current.hasHead, current.reached > .min { notes.loss.recordings.end(current.index, at: current.reached) }
    while let next = unopened.last, next.time <= waiting.reduce(Int64.max, { min($0, $1.time) }) {
      unopened.removeLast()
      open(next.path, next.index, &notes)
    }
    guard var place = waiting.indices.first else { return current.hasHead }
    for other in waiting.indices.dropFirst() {
      let (one, two) = (waiting[place], waiting[other])
      if (two.time, two.input.index) < (one.time, one.input.index) { place = other }
    }
    swap(&current, &waiting[place].input)
    if !waiting[place].input.hasHead {
      bytesDone &+= waiting[place].input.source.bytesRead
      waiting.remove(at: place)
    }
    return true
  }
}
