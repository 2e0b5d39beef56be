import Glibc
import PacketScript
import Testing
import Wire

@testable import Capture

/// Where libpcap is missing these tests are skipped, visibly.
let noLibpcap: Comment = "libpcap is not installed"
let hasLibpcap = Libpcap.shared != nil

/// Our reader against libpcap's, packet by packet.
@Suite(.enabled(if: hasLibpcap, noLibpcap)) struct DifferentialTests {
  @Test(arguments: [false, true], [false, true])
  func generatedPcap(bigEndian: Bool, nanosecond: Bool) throws {
    let folder = Folder()
    let script = try PacketScript.parse(threePackets)
    let path = folder.file("a.pcap", script.pcap(nanosecond: nanosecond, bigEndian: bigEndian))
    #expect(difference(path) == nil)
    #expect(libpcapCount(path) == 3)
  }

  @Test(arguments: [false, true])
  func generatedPcapng(bigEndian: Bool) throws {
    let folder = Folder()
    let script = try PacketScript.parse(threePackets)
    let path = folder.file("a.pcapng", script.pcapng(bigEndian: bigEndian, dropped: 3))
    #expect(difference(path) == nil)
    #expect(libpcapCount(path) == 3)
  }

  /// The project's own captures.
  @Test func ownCaptures() throws {
    let captures = files(in: "captures").filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }
    #expect(captures.count > 200)
    #expect(compareAll(in: "captures") == captures.count)
  }

  /// Whatever lies in the folder that TCPAUDIT_PCAPS names.
  @Test(.enabled(if: namedFolder != nil, "TCPAUDIT_PCAPS names no folder"))
  func namedCaptures() throws { #expect(compareAll(in: namedFolder ?? "") > 0) }

  /// - Returns: how many files libpcap reads: those were compared.
  private func compareAll(in folder: String) -> Int {
    var compared = 0
    for path in files(in: folder) {
      let found = difference(path)
      #expect(found == nil, "\(path)")
      if (try? LibpcapReader(path: path)) != nil { compared += 1 }
    }
    return compared
  }
}

private let namedFolder = getenv("TCPAUDIT_PCAPS").map { String(cString: $0) }

private func libpcapCount(_ path: String) -> Int? {
  guard var reference = try? LibpcapReader(path: path) else { return nil }
  var count = 0
  while reference.next() != nil { count += 1 }
  return count
}

/// What our reader says differently than libpcap's; nil where they agree, and where libpcap reads nothing. Ours may read
/// more than libpcap does before an error.
private func difference(_ path: String) -> String? {
  guard var reference = try? LibpcapReader(path: path) else { return nil }
  // Before 1.10.4 it takes the reserved bits for part of the link type.
  if reference.dataLink > 0xffff { return nil }
  guard var timeline = try? Timeline(paths: [path]) else { return "no timeline" }
  var number = 0
  var frames: [KeptFrame] = []
  while let frame = timeline.next() { frames.append(KeptFrame(frame)) }
  // Several are in the order of their times, and libpcap has the file's.
  if timeline.interfaces.count > 1 { frames.sort { $0.packet.number < $1.packet.number } }
  while let expected = reference.next() {
    number += 1
    guard number <= frames.count else { return "packet \(number) is missing: \(timeline.errors)" }
    let ours = frames[number - 1]
    // Where a packet is longer than the file's own snaplen, libpcap cuts it; ours hands out what is there.
    let isCut = expected.bytes.count == Int(reference.snaplen) && ours.bytes.count > expected.bytes.count
    if isCut ? !ours.bytes.starts(with: expected.bytes) : ours.bytes != expected.bytes {
      return "packet \(number) has \(ours.bytes.count) bytes, libpcap's has \(expected.bytes.count)"
    }
    if ours.originalLength != Int(expected.originalLength) {
      return "packet \(number) was \(ours.originalLength) bytes long, libpcap's \(expected.originalLength)"
    }
    if Libpcap.dataLink(ours.linkType) != reference.dataLink { return "packet \(number): \(ours.linkType)" }
    let time = Timestamp(seconds: expected.seconds, nanoseconds: expected.nanoseconds)
    // libpcap takes the seconds of a classic file for signed, the draft for unsigned.
    let unsigned = Timestamp(seconds: expected.seconds + (1 << 32), nanoseconds: expected.nanoseconds)
    // A simple packet block has no time: libpcap gives 1970, we the time of the packet before.
    let hasNoTime = expected.seconds == 0 && expected.nanoseconds == 0 && path.hasSuffix(".pcapng")
    if ours.time != time && !hasNoTime && !(expected.seconds < 0 && ours.time == unsigned) {
      return "packet \(number) at \(ours.time.nanoseconds) ns, libpcap's at \(time.nanoseconds)"
    }
  }
  if reference.error == nil {
    if frames.count > number { return "more packets than libpcap's \(number)" }
    if !timeline.errors.isEmpty { return "libpcap sees no error: \(timeline.errors)" }
  }
  return nil
}

/// Every file below a folder, sorted.
private func files(in folder: String) -> [String] {
  guard let entries = opendir(folder) else { return [] }
  defer { closedir(entries) }
  var found: [String] = []
  while let entry = readdir(entries) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if name.hasPrefix(".") { continue }
    let path = "\(folder)/\(name)"
    if entry.pointee.d_type == UInt8(DT_DIR) {
      found += files(in: path)
    } else {
      found.append(path)
    }
  }
  return found.sorted()
}
