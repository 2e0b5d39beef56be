import Capture
import Testing

@testable import Engine

@Suite("When drops are spoken of") struct DropNotesTests {
  private let second: Int64 = 1_000_000_000

  @Test func asTheyBeginAndOnceAMinute() {
    var notes = DropNotes()
    var loss = CaptureLoss()
    #expect(notes.words(loss, at: 0) == nil)
    loss.kernelDropped = 1200
    let words = notes.words(loss, at: second)
    #expect(words?.contains("1,200 for want of buffer") == true && words?.contains("interface") == false)
    loss.kernelDropped = 1300
    loss.interfaceDropped = 7
    #expect(notes.words(loss, at: 60 * second) == nil)
    #expect(
      notes.words(loss, at: 61 * second)?.contains("1,300 for want of buffer (--buffer, -f), 7 by the interface")
        == true)
    // They have ended.
    #expect(notes.words(loss, at: 600 * second) == nil)
  }
}
