import Glibc
import PacketScript
import Report
import Testing

@testable import tcpaudit

@Suite("Where a live audit meets files and people")
struct LiveDeskTests {
  private let folder = Folder()

  private func desk(_ target: Target) -> LiveDesk {
    LiveDesk(isQuiet: true, output: target.output, reopening: target.path.map { Reopening($0) }, server: nil)
  }

  private func write(_ text: String, _ target: Target) {
    var writer = ByteWriter()
    writer.text(text)
    target.output.flush(&writer)
  }

  /// logrotate: the file is moved away, and a new one begun under its name.
  @Test func aFileIsOpenedAgain() throws {
    let path = folder.path + "/results"
    let target = try Target(path, isLive: true)
    var desk = desk(target)
    write("one\n", target)
    #expect(rename(path, path + ".1") == 0)
    write("two\n", target)
    let reopened = desk.reopen()
    #expect(reopened)
    write("three\n", target)
    #expect(Folder.text(path + ".1") == "one\ntwo\n" && Folder.text(path) == "three\n")
    // And what is there is gone on with.
    let again = desk.reopen()
    #expect(again)
    write("four\n", target)
    #expect(Folder.text(path) == "three\nfour\n")
  }

  /// Better into the old file than nowhere; and the words say what helps.
  @Test func aFileThatCannotBeOpenedAgain() throws {
    let path = folder.path + "/results"
    let target = try Target(path, isLive: true)
    var desk = desk(target)
    #expect(rename(path, path + ".1") == 0 && mkdir(path, 0o755) == 0)
    let reopened = desk.reopen()
    #expect(!reopened)
    write("one\n", target)
    #expect(Folder.text(path + ".1") == "one\n")
  }

  /// Wherever the process stands, and whatever was put in the place of its directory.
  @Test func theDirectoryIsTheOneOfTheStart() throws {
    let place = folder.folder("log")
    let target = try Target(place + "/results", isLive: true)
    var desk = desk(target)
    #expect(rename(place, place + ".moved") == 0)
    let reopened = desk.reopen()
    #expect(reopened)
    #expect(Folder.names(place + ".moved") == ["results"])
  }

  @Test func withoutAFileNothingIsReopened() throws {
    var desk = desk(try Target(nil, isLive: true))
    let reopened = desk.reopen()
    #expect(!reopened)
  }
}
