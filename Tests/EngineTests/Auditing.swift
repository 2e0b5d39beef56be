import Audit
import Capture
import Engine
import Expectation
import Flow
import PacketScript
import Report
import Testing
import Wire

/// The JSON lines of an audit of these files.
func json(_ paths: [String], _ options: RunOptions = RunOptions()) throws -> [String] {
  let output = Output()
  var reporter = JSONReport(output)
  let pipeline = try Pipeline(paths, options)
  _ = pipeline.run(&reporter, RunRecord(version: "test", inputs: paths))
  return String(decoding: output.collected, as: UTF8.self).split(separator: "\n").map(String.init)
}

/// Writes captures into a folder of their own, and takes it away at the end.
final class Scratch {
  private(set) var files: [String] = []
  private let prefix: String
  private var folder: String?

  init(_ name: String = #function) {
    let letters = name.prefix { $0.isLetter }
    prefix = "/tmp/tcpaudit-test-\(letters)-\(UInt64.random(in: 0 ... .max))"
  }

  func write(_ bytes: [UInt8], _ ending: String = ".pcap") -> String {
    let path = "\(prefix)-\(files.count)\(ending)"
    #expect(PacketScript.write(bytes, to: path))
    files.append(path)
    return path
  }

  /// A folder of its own.
  func directory() -> String {
    let path = prefix + ".d"
    makeFolder(path)
    folder = path
    return path
  }

  deinit {
    for file in files { remove(file) }
    guard let folder else { return }
    for name in folders(in: folder) { remove(folder + "/" + name) }
    remove(folder)
  }
}

/// A half-closed transfer that is cut, one that is done right, and a refused attempt, all at once.
let severalConnections = """
  host D = 10.0.0.3:40001
  host E = 10.0.0.4:40002
  host G = 10.0.0.2:9999
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.010 D > S S <mss 1460,sackOK,TS,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.081 C > S .
  0.081 C > S P. 1:5
  0.081 C > S F.
  0.090 S > D S. <mss 1460,sackOK,TS,wscale 7>
  0.091 D > S .
  0.092 D > S PF. 1:5
  0.100 E > G S
  0.101 G > E R. =0 ack 1
  0.161 S > C . ack 6
  0.162 S > C P. 1:13241/1448
  0.163 C > S R 6
  0.172 S > D . ack 6
  0.172 S > D P. 1:13241/1448
  0.250 D > S . ack 13241
  0.260 S > D F.
  0.340 D > S .
  """
