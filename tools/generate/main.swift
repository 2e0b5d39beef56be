import Glibc

func complain(_ text: String) { _ = write(2, text, text.utf8.count) }

var options = Options()
if let mistake = options.parse(Array(CommandLine.arguments.dropFirst())) {
  complain("generate: \(mistake)\n\(Options.help)\n")
  exit(2)
}
if options.lists {
  for scenario in Healthy.scenarios + Closing.scenarios + Truncation.scenarios + Silence.scenarios {
    print(scenario.name)
  }
  exit(0)
}
let isWritten: Bool
if let shape = options.shape {
  isWritten = shape.write(to: options.path, scale: options.scale, seed: options.seed)
} else {
  var traffic = Traffic(seed: options.seed)
  traffic.fault = options.fault
  traffic.ipv6 = options.ipv6
  traffic.simulate(options.connections, only: options.only)
  let stem = options.path.hasSuffix(".pcap") ? String(options.path.dropLast(5)) : options.path
  isWritten = traffic.write(
    to: options.path, truth: stem + ".truth.tsv", concurrency: options.concurrency, snaplen: options.snaplen)
}
if !isWritten {
  complain("generate: \(options.path) could not be written\n")
  exit(1)
}
