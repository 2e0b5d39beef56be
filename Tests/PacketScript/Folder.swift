import Glibc
internal import Wire

/// A folder of its own for the files of one test, taken away with all that is in it.
public final class Folder: Sendable {
  public let path: String

  public init() {
    path = "/tmp/tcpaudit-test-\(UInt64.random(in: 0 ... .max))"
    mkdir(path, 0o755)
  }

  /// Writes a file.
  /// - Returns: where it lies.
  public func file(_ name: String, _ bytes: [UInt8]) -> String {
    let place = path + "/" + name
    precondition(PacketScript.write(bytes, to: place), "\(place) can't be written")
    return place
  }

  public func file(_ name: String, _ text: String) -> String { file(name, Array(text.utf8)) }

  /// A capture with these bytes, under a name that no other has.
  public func capture(_ bytes: [UInt8], _ ending: String = ".pcap") -> String {
    file("\(names().count)\(ending)", bytes)
  }

  /// A capture of a script, by the ending of its name: a pcap or a pcapng.
  public func capture(_ script: String, _ name: String = "capture.pcap") throws -> String {
    let script = try PacketScript.parse(script)
    return file(name, name.hasSuffix(".pcapng") ? script.pcapng() : script.pcap())
  }

  /// An empty folder in it.
  public func folder(_ name: String) -> String {
    mkdir(path + "/" + name, 0o755)
    return path + "/" + name
  }

  /// Names of the files in one of its folders, sorted.
  public func names(in folder: String = "") -> [String] { Folder.names(path + "/" + folder) }

  /// Names of what is in a folder, sorted.
  public static func names(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  /// A whole file; nil where it can't be read.
  public static func bytes(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return bytes
  }

  /// A whole file as text; nil where it can't be read.
  public static func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

  private static func clear(_ path: String) {
    for name in names(path) {
      if unlink(path + "/" + name) != 0 { clear(path + "/" + name) }
    }
    rmdir(path)
  }

  deinit { Folder.clear(path) }
}
