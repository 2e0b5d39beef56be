internal import ArgumentParser
internal import Capture
internal import Report

struct Interfaces: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List what can be captured on, and whether you may.",
    discussion: """
      EXAMPLE
        tcpaudit interfaces
      """)

  func run() throws {
    let devices: [CaptureDevice]
    do throws(CaptureError) { devices = try CaptureDevice.all() } catch {
      throw Failure(.unreadable, error.mend.isEmpty ? error.cause : "\(error.cause); \(error.mend)")
    }
    let width = devices.map(\.name.count).max() ?? 0
    for device in devices {
      let state = device.isUp ? device.isRunning ? "up" : "no carrier" : "down"
      var line = device.name.padded(to: width) + "  " + state.padded(to: 10)
      if !device.addresses.isEmpty { line += "  " + device.addresses.joined(separator: ", ") }
      if let description = device.description { line += "  (\(description))" }
      try Diagnostics.print(Wording.visible(line))
    }
    try Diagnostics.print(
      CaptureDevice.mayCapture
        ? "You may capture."
        : "You may not capture: it takes root or CAP_NET_RAW (sudo setcap cap_net_raw=ep \(Directory.ownProgram)).")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
