/// What a file is that is no capture of ours, and how to make it one.
enum ForeignFormat {
  private static let wireshark = "Wireshark's editcap can write it anew: editcap -F pcapng"

  /// First bytes, name, mend (`%` is the file).
  private static let known: [(magic: [UInt8], name: String, mend: String)] = [
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "compressed by xz", "xz -dc % | tcpaudit -"),
    (Array("BZh".utf8), "compressed by bzip2", "bzip2 -dc % | tcpaudit -"),
    ([0x5d, 0x00, 0x00], "compressed by lzma", "xz -dc --format=lzma % | tcpaudit -"),
    ([0x02, 0x21, 0x4c, 0x18], "compressed by lz4 in its old format", "lz4 -dc % | tcpaudit -"),
    (Array("LZIP".utf8), "compressed by lzip", "lzip -dc % | tcpaudit -"),
    ([0x1f, 0x9d], "compressed by compress", "gzip -dc % | tcpaudit -"),
    ([0x89, 0x4c, 0x5a, 0x4f, 0x00], "compressed by lzop", "lzop -dc % | tcpaudit -"),
    ([0xff, 0x06, 0x00, 0x00] + Array("sNaPpY".utf8), "compressed by snappy", "snzip -dc % | tcpaudit -"),
    (Array("PK\u{3}\u{4}".utf8), "a zip archive", "unzip -p % | tcpaudit -"),
    ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7-zip archive", "7z x -so % | tcpaudit -"),
    (Array("snoop\0\0\0".utf8), "a snoop capture (RFC 1761)", wireshark),
    (Array("btsnoop\0".utf8), "a Bluetooth snoop capture", "it holds no TCP"),
    (Array("RTSS".utf8), "a Network Monitor 1 capture", wireshark),
    (Array("GMBU".utf8), "a Network Monitor 2 capture", wireshark),
    (Array("TRSNIFF data    \u{1a}".utf8), "a Sniffer capture", wireshark),
    (Array("XCP\0".utf8), "a NetXRay capture", wireshark),
    (Array("iptrace ".utf8), "an AIX iptrace", wireshark),
    (Array("ObserverPktBuffe".utf8), "an Observer capture", wireshark),
    // pcapng begins so that line ends changed on the way are seen: 0a 0d 0d 0a.
    ([0x0d, 0x0a, 0x0d, 0x0d], "a pcapng file damaged by a text transfer", "copy it in binary mode"),
    ([0x0a, 0x0d, 0x0a], "a pcapng file damaged by a text transfer", "copy it in binary mode"),
    ([0x0a, 0x0a, 0x0a], "a pcapng file damaged by a text transfer", "copy it in binary mode"),
    ([0xef, 0xbf, 0xbd], "a binary file damaged by a change of text encoding", "copy it in binary mode"),
    (Array("%PDF".utf8), "a PDF", ""),
    ([0x7f] + Array("ELF".utf8), "a program", ""),
    (Array("SQLite format 3".utf8), "an SQLite database", ""),
  ]

  /// The window lies at the file's beginning.
  static func error(_ source: inout ByteSource) throws(CaptureError) -> CaptureError {
    _ = try source.fill(512)
    guard source.available > 0 else {
      return CaptureError(
        path: source.path, offset: 0, cause: source.path == "-" ? "nothing came in" : "the file is empty",
        mend: "was the recorder stopped before its first write? tcpdump -U writes packet by packet")
    }
    for format in known where begins(source, with: format.magic) {
      let mend = format.mend.split(separator: "%", omittingEmptySubsequences: false).joined(separator: source.path)
      return CaptureError(
        path: source.path, offset: 0, cause: "\(format.name), which tcpaudit does not read", mend: mend)
    }
    if source.available < 24 {
      return CaptureError(
        path: source.path, offset: 0, cause: "\(source.available) bytes are too few for a capture", isTruncation: true)
    }
    if isTape(source) {
      return CaptureError(
        path: source.path, offset: 0, cause: "a tar archive, which tcpaudit does not read",
        mend: "tar -xOf \(source.path) NAME | tcpaudit -")
    }
    if isText(source) {
      return CaptureError(
        path: source.path, offset: 0, cause: "a text file, not a capture",
        mend: "record with tcpdump -w FILE; for a hex dump: text2pcap")
    }
    if isERF(source) {
      return CaptureError(
        path: source.path, offset: 0, cause: "seems to be an Endace ERF capture, which tcpaudit does not read",
        mend: wireshark)
    }
    return CaptureError(
      path: source.path, offset: 0,
      cause: "neither pcap nor pcapng: it begins with \(hex(source.u32(at: 0).bigEndian))",
      mend: "if Wireshark can read it: editcap -F pcapng")
  }

  private static func hex(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  private static func begins(_ source: borrowing ByteSource, with magic: [UInt8]) -> Bool {
    guard source.available >= magic.count else { return false }
    for (place, byte) in magic.enumerated() where source.u8(at: place) != byte { return false }
    return true
  }

  private static func isTape(_ source: borrowing ByteSource) -> Bool {
    source.available >= 262 && source.text(at: 257, count: 5) == "ustar"
  }

  private static func isText(_ source: borrowing ByteSource) -> Bool {
    for place in 0..<min(source.available, 64) {
      let byte = source.u8(at: place)
      let isPlain = byte >= 0x20 && byte != 0x7f && byte < 0xf8 || byte == 9 || byte == 10 || byte == 13
      if !isPlain { return false }
    }
    return true
  }

  /// No magic: a type that exists, and lengths that fit each other.
  private static func isERF(_ source: borrowing ByteSource) -> Bool {
    let type = source.u8(at: 8) & 0x7f
    let record = Int(source.u16(at: 10).bigEndian)
    let wire = Int(source.u16(at: 14).bigEndian)
    return (1...27).contains(type) && record >= 18 && wire > 0 && wire <= 65_000 && record <= wire + 64
  }
}
