import Endpoints
import Glibc
import PacketScript
import Wire

// Writes captures of simulated conversations, as tools/matrix audits them: from every side, whole and in part.
//
//   simulate --list                             the names of the stories
//   simulate STORY DIRECTORY SEED [--quick]     DIRECTORY/CLIENT.STACK.RTT.TAP.VIEW.pcap for each case of it

func complain(_ text: String, status: Int32) -> Never {
  _ = write(2, "simulate: \(text)\n", text.utf8.count + 11)
  exit(status)
}

func save(_ packets: [Seen], _ view: View, until end: Int64, to path: String) -> Bool {
  guard var writer = CaptureWriter(path: path, snaplen: view.snaplen) else { return false }
  // 2026-01-01T00:00:00Z.
  let epoch: Int64 = 1_767_225_600_000_000_000
  let builder = FrameBuilder()
  for seen in packets { writer.write(builder.frame(seen.packet), at: epoch + seen.time) }
  if view.runsToTheEnd {
    let tick = builder.clockTick(
      from: Host(IPAddress(v4: 0x0aff_0001), port: 9), to: Host(IPAddress(v4: 0x0aff_0002), port: 9))
    writer.write(tick, at: epoch + end)
  }
  return writer.finish()
}

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments == ["--list"] {
  for story in Story.all { print(story.name) }
  exit(0)
}
guard arguments.count >= 3, let seed = UInt64(arguments[2]) else {
  complain("usage: simulate STORY DIRECTORY SEED [--quick]", status: 2)
}
guard let story = Story.all.first(where: { $0.name == arguments[0] }) else {
  complain("\(arguments[0]) is unknown; simulate --list names them", status: 2)
}
let matrix = Matrix(story: story, seed: seed, isQuick: arguments.dropFirst(3).contains("--quick"))
for aCase in matrix.cases {
  let (packets, end) = matrix.capture(aCase)
  guard !packets.isEmpty else { continue }
  let path = "\(arguments[1])/\(aCase.name).pcap"
  guard save(packets, aCase.view, until: end, to: path) else { complain("\(path) could not be written", status: 1) }
}
