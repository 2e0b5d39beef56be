/// What the person at the screen looks at: which view, which finding, which order; changed by keys alone.
struct ScreenState {
  /// A finding, scrolled down by so many lines.
  struct Place: Equatable {
    var id: UInt64
    var scroll: Int
  }

  enum View: Equatable {
    case findings
    /// One finding and its connection; scrolled down by so many lines.
    case detail(id: UInt64, scroll: Int)
    /// It goes back to where it was asked for; nil: the list.
    case help(over: Place?)
    /// The filter is being typed.
    case filter(before: String)
  }

  var view = View.findings
  var order = FindingOrder.worst
  var filter = ""
  /// The list stands still.
  var isPaused = false
  /// Findings that are alike are one line.
  var isFolded = true
  /// By its id, so that it stays selected while the list moves.
  var selected: UInt64?
  /// Lines that the view's list has room for; set when it is drawn.
  var listRows = 10
  /// Lines of the detail that was drawn last.
  var detailLines = 0

  var isTyping: Bool {
    if case .filter = view { return true }
    return false
  }

  /// What a key asks of the program beyond this state.
  enum Wish { case quit, suspend, redraw, nothing }

  /// - Parameter list: as shown: filtered and sorted.
  mutating func press(_ key: Key, _ list: [ScreenFinding]) -> Wish {
    switch key {
    case .control("c"): return .quit
    case .control("z"): return .suspend
    case .control("l"): return .redraw
    default: break
    }
    switch view {
    case .findings: return pressInFindings(key, list)
    case .detail(let id, let scroll): pressInDetail(key, id, scroll, list)
    case .help(let place): view = place.map { .detail(id: $0.id, scroll: $0.scroll) } ?? .findings
    case .filter(let before): pressInFilter(key, before)
    }
    return .nothing
  }

  private mutating func pressInFindings(_ key: Key, _ list: [ScreenFinding]) -> Wish {
    switch key {
    case .character("q"): return .quit
    case .character("?"), .character("h"): view = .help(over: nil)
    case .character("/"): view = .filter(before: filter)
    case .character("s"): order = order.next
    case .character("f"): isFolded.toggle()
    case .character("p"), .character(" "): isPaused.toggle()
    case .escape: filter = ""
    case .up, .character("k"): move(-1, list)
    case .down, .character("j"): move(1, list)
    case .pageUp: move(-max(1, listRows - 1), list)
    case .pageDown: move(max(1, listRows - 1), list)
    case .home, .character("g"): selected = list.first?.id
    case .end, .character("G"): selected = list.last?.id
    case .enter, .right:
      if let id = place(in: list).map({ list[$0].id }) { view = .detail(id: id, scroll: 0) }
    default: break
    }
    return .nothing
  }

  private mutating func pressInDetail(_ key: Key, _ id: UInt64, _ scroll: Int, _ list: [ScreenFinding]) {
    var place = scroll
    switch key {
    case .escape, .left, .backspace, .character("q"):
      view = .findings
      return
    case .character("?"), .character("h"):
      view = .help(over: Place(id: id, scroll: scroll))
      return
    case .up, .character("k"): place -= 1
    case .down, .character("j"): place += 1
    case .pageUp: place -= listRows
    case .pageDown, .character(" "): place += listRows
    case .home, .character("g"): place = 0
    case .end, .character("G"): place = detailLines
    case .character("n"), .tab: return openNeighbour(1, list)
    case .character("N"): return openNeighbour(-1, list)
    default: break
    }
    view = .detail(id: id, scroll: min(max(0, place), max(0, detailLines - listRows)))
  }

  private mutating func openNeighbour(_ step: Int, _ list: [ScreenFinding]) {
    move(step, list)
    if let id = selected { view = .detail(id: id, scroll: 0) }
  }

  private mutating func pressInFilter(_ key: Key, _ before: String) {
    switch key {
    case .enter: view = .findings
    case .escape:
      filter = before
      view = .findings
    case .backspace:
      if !filter.isEmpty { filter.removeLast() }
    case .control("u"): filter = ""
    case .character(let character):
      if filter.count < 200 { filter.append(character) }
    default: break
    }
  }

  private mutating func move(_ step: Int, _ list: [ScreenFinding]) {
    guard let place = place(in: list) else { return }
    selected = list[min(max(0, place + step), list.count - 1)].id
  }

  /// Where the selection stands: the first, where nothing is selected or the selected one is not shown.
  func place(in list: [ScreenFinding]) -> Int? {
    guard !list.isEmpty else { return nil }
    return selected.flatMap { id in list.firstIndex { $0.id == id } } ?? 0
  }
}
