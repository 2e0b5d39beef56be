import Capture
import Glibc
import PacketScript
import Wire

// Writes damaged variants of a recording, as tools/perturb audits them.
//
//   damage --list                                  the names of the perturbations
//   damage CAPTURE DIRECTORY SEEDS [NAME...]       DIRECTORY/NAME.SEED.pcapng for each of them and each seed 1 ... SEEDS
//
// Exit 3 where nothing of the capture can be read.

func complain(_ text: String, status: Int32) -> Never {
  _ = write(2, "damage: \(text)\n", text.utf8.count + 9)
  exit(status)
}

func pcapng(_ packets: [Packet], _ interfaces: [CaptureInterface]) -> [UInt8] {
  var writer = PcapngWriter()
  for (index, packet) in packets.enumerated() {
    let frame = Frame(
      bytes: packet.bytes.span.bytes, originalLength: packet.originalLength, time: Timestamp(nanoseconds: packet.time),
      packet: PacketReference(input: 0, number: UInt64(index) + 1), ordinal: UInt64(index) + 1,
      linkType: packet.linkType,
      interface: packet.interface)
    writer.write(frame, interfaceName: interfaces[Int(packet.interface)].name)
  }
  return writer.take()
}

let arguments = CommandLine.arguments.dropFirst()
if arguments == ["--list"] {
  for perturbation in Perturbation.all { print(perturbation.name) }
  exit(0)
}
guard arguments.count >= 3, let seeds = UInt64(arguments[3]), seeds > 0 else {
  complain("usage: damage CAPTURE DIRECTORY SEEDS [NAME...]", status: 2)
}
let names = arguments.dropFirst(3)
let chosen = Perturbation.all.filter { names.isEmpty || names.contains($0.name) }
for name in names where !chosen.contains(where: { $0.name == name }) {
  complain("\(name) is unknown; damage --list names them", status: 2)
}
guard let recording = Recording(path: arguments[1]) else {
  complain("nothing of \(arguments[1]) can be read", status: 3)
}
for perturbation in chosen {
  for seed in 1...(perturbation.isRandom ? seeds : 1) {
    var random = Seeded(seed: seed, name: perturbation.name)
    let packets = perturbation.apply(recording.packets, &random)
    let path = "\(arguments[2])/\(perturbation.name).\(seed).pcapng"
    guard PacketScript.write(pcapng(packets, recording.interfaces), to: path) else {
      complain("\(path) could not be written", status: 1)
    }
  }
}
