internal import Audit
internal import Report

/// The first lines, in every view: what is captured, how fast, what was lost, what was found.
struct HeaderView {
  static var rows: Int { 4 }

  let data: ScreenData
  let state: ScreenState

  func draw(on canvas: inout Canvas) {
    canvas.paint(.reverse, row: 0)
    let right = state.isPaused ? "PAUSED  \(clock)" : clock
    canvas.put("tcpaudit \(data.title)", .reverse, row: 0, column: 0, limit: canvas.columns - right.count - 1)
    canvas.put(right, .reverse, row: 0, column: max(0, canvas.columns - right.count))
    traffic(&canvas)
    connections(&canvas)
    findings(&canvas)
  }

  private func traffic(_ canvas: inout Canvas) {
    let figures = data.figures
    var place = canvas.put(
      "\(Scale.count(data.packetRate)) packets/s  \(Scale.bytes(data.byteRate))/s  \(Scale.count(Double(figures.packets))) packets",
      row: 1, column: 0)
    let drops = figures.kernelDropped + figures.interfaceDropped
    place = canvas.put(
      "  \(drops == 0 ? "none" : Scale.count(Double(drops))) dropped", drops == 0 ? .plain : .error, row: 1,
      column: place)
    if figures.undecodedPackets > 0 {
      place = canvas.put(
        "  \(Scale.count(Double(figures.undecodedPackets))) not decoded", .warning, row: 1, column: place)
    }
    canvas.put(
      "  memory \(Scale.bytes(Double(figures.trackerBytes)))"
        + (figures.lag >= 0.1 ? "  \(Scale.seconds(figures.lag)) behind" : ""),
      figures.lag >= 1 ? .warning : .plain, row: 1, column: place)
  }

  private func connections(_ canvas: inout Canvas) {
    let open = data.figures.openConnections
    let total = open.values.reduce(0, +)
    var text = "\(Scale.count(Double(total))) open of \(Scale.count(Double(data.figures.connections))) connections"
    let states = open.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    if !states.isEmpty {
      let words = states.map {
        "\(Scale.count(Double($0.value))) \($0.key.map { $0 == "_" ? " " : String($0) }.joined())"
      }
      text += ": " + words.joined(separator: ", ")
    }
    canvas.put(text, row: 2, column: 0)
  }

  private func findings(_ canvas: inout Canvas) {
    var counts: [Severity: UInt64] = [:]
    for (kind, count) in data.figures.findings { counts[kind.severity, default: 0] += count }
    var place = 0
    for (severity, paint) in [(Severity.error, Paint.error), (.warning, .warning), (.note, .note)] {
      let count = counts[severity] ?? 0
      let text = "\(Scale.count(Double(count))) \(severity.name)\(count == 1 ? "" : "s")  "
      place = canvas.put(text, count > 0 ? paint : .plain, row: 3, column: place)
    }
    let lost = data.figures.bytesLost.values.reduce(0, &+)
    if lost > 0 { canvas.put("at least \(Scale.bytes(Double(lost))) lost", row: 3, column: place) }
  }

  private var clock: String { Scale.clock(data.elapsed) }
}
