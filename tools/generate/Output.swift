import Endpoints
import Glibc
import PacketScript
import Wire

/// 2026-01-01T00:00:00Z, ns.
let epoch: Int64 = 1_767_225_600_000_000_000

extension Traffic {
  /// Writes the capture and, beside it, the truth. False where a file could not be written.
  mutating func write(to path: String, truth truthPath: String, concurrency: Int, snaplen: Int) -> Bool {
    let length = spread(concurrency: concurrency)
    var order: [(time: Int64, connection: Int, packet: Int)] = []
    for (index, connection) in connections.enumerated() {
      let begin = connection.start
      for (number, packet) in connection.packets.enumerated() where begin + packet.time <= length {
        order.append((begin + packet.time, index, number))
      }
    }
    order.sort { ($0.time, $0.connection, $0.packet) < ($1.time, $1.connection, $1.packet) }
    guard !order.isEmpty, var writer = CaptureWriter(path: path, snaplen: snaplen) else { return false }
    let builder = FrameBuilder()
    var spans = [(first: Int, last: Int, count: Int)](repeating: (0, 0, 0), count: connections.count)
    // Where the clock is set back, it is by three minutes at the middle packet.
    let setBack = seconds(180)
    let middle = fault == .clock ? order[order.count / 2].time : .max
    for entry in order {
      let time = entry.time < middle ? entry.time : entry.time - setBack
      switch connections[entry.connection].packets[entry.packet].parcel {
      case .tcp(let packet): writer.write(builder.frame(packet), at: epoch + time)
      case .icmp(let error): writer.write(builder.frame(error), at: epoch + time)
      }
      if spans[entry.connection].count == 0 { spans[entry.connection].first = writer.packets }
      spans[entry.connection].last = writer.packets
      spans[entry.connection].count += 1
    }
    // Somebody else's datagram: so long the capture ran.
    let tick = builder.clockTick(
      from: Host(IPAddress(v4: 0x0aff_0001), port: 9), to: Host(IPAddress(v4: 0x0aff_0002), port: 9))
    writer.write(tick, at: epoch + (length < middle ? length : length - setBack))
    guard writer.finish(cut: fault == .cut ? 10 : 0) else { return false }
    return writeTruth(to: truthPath, spans)
  }

  private func writeTruth(to path: String, _ spans: [(first: Int, last: Int, count: Int)]) -> Bool {
    var text = "#scenario\tplace\trtt_ms\tclient\tclient_port\tserver\tserver_port\tincarnation\tfirst_packet\t"
    text += "last_packet\tpackets\texpected\n"
    text += "capture\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t\(expectedOfCapture(spans.map { $0.count > 0 }))\n"
    let order = connections.indices.filter { spans[$0].count > 0 }.sorted { spans[$0].first < spans[$1].first }
    for index in order {
      let connection = connections[index]
      let setting = connection.setting
      let expected = connection.expected.filter { !$0.isOfTarget }.map(\.text).joined(separator: ";")
      let fields = [
        connection.scenario, setting.place.rawValue, "\(Double(setting.roundTrip / 100_000) / 10)",
        address(of: setting.client), "\(setting.client.port)", address(of: setting.server), "\(setting.server.port)",
        "\(connection.incarnation)", "\(spans[index].first)", "\(spans[index].last)", "\(spans[index].count)",
        expected.isEmpty ? "-" : expected,
      ]
      text += fields.joined(separator: "\t") + "\n"
    }
    return PacketScript.write(Array(text.utf8), to: path)
  }

  /// What the capture itself suffers from, and what is said once of each target.
  private func expectedOfCapture(_ isThere: [Bool]) -> String {
    var targets: Set<String> = []
    var expected = fault.expected == "-" ? [] : [fault.expected]
    for (connection, isThere) in zip(connections, isThere) where isThere {
      for one in connection.expected where one.isOfTarget {
        let server = connection.setting.server
        if targets.insert("\(one.rule) \(address(of: server)) \(server.port)").inserted { expected.append(one.text) }
      }
    }
    return expected.isEmpty ? "-" : expected.joined(separator: ";")
  }

  /// As records write it; the generator's IPv6 addresses all have the form 2001:db8:0:N::N (RFC 5952).
  private func address(of host: Host) -> String {
    if host.ipVersion == 6 {
      let zone = String(host.address.high & 0xffff, radix: 16)
      return "2001:db8:0:\(zone)::\(String(host.address.low, radix: 16))"
    }
    let address = host.address.v4
    return [24, 16, 8, 0].map { "\(address >> UInt32($0) & 255)" }.joined(separator: ".")
  }
}
