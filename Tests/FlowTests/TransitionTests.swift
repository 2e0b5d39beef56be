import Flow
import Testing

@Suite("The machine of RFC 9293")
struct TransitionTests {
  static let paths: [(name: String, start: TCPState, events: [TCPEvent], states: [TCPState])] = [
    (
      "active open, active close", .closed,
      [.activeOpen, .receiveSYNACK, .close, .receiveACKOfFIN, .receiveFIN, .timeWaitTimeout],
      [.synSent, .established, .finWait1, .finWait2, .timeWait, .closed]
    ),
    (
      "passive open, passive close", .closed,
      [.passiveOpen, .receiveSYN, .receiveACKOfSYN, .receiveFIN, .close, .receiveACKOfFIN],
      [.listen, .synReceived, .established, .closeWait, .lastAck, .closed]
    ),
    (
      "simultaneous open", .closed, [.activeOpen, .receiveSYN, .receiveSYNACK],
      [.synSent, .synReceived, .established]
    ),
    (
      "simultaneous close", .established, [.close, .receiveFIN, .receiveACKOfFIN], [.finWait1, .closing, .timeWait]
    ),
    ("refused", .closed, [.activeOpen, .reset], [.synSent, .closed]),
  ]

  @Test(arguments: paths.indices) func path(_ index: Int) {
    let path = Self.paths[index]
    var state = path.start
    for (event, expected) in zip(path.events, path.states) {
      let next = state.after(event)
      #expect(next == expected, "\(path.name): \(event) in \(state)")
      state = next ?? state
    }
  }

  @Test(arguments: TCPState.allCases) func aResetEndsEverythingButAListener(state: TCPState) {
    let next = state.after(.reset)
    #expect(next == (state == .listen || state == .closed ? nil : .closed))
  }

  @Test(arguments: [TCPState.established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait])
  func aSYNChangesNoSynchronizedState(state: TCPState) {
    #expect(state.after(.receiveSYN) == nil)
  }
}
