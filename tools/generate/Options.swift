/// What was typed.
struct Options {
  static let help = """
    usage: generate [options] CAPTURE.pcap
      Writes a capture of simulated connections, and CAPTURE.truth.tsv beside it: what an audit must find.
      --seed N           1 by default; the same seed gives the same bytes
      --connections N    1000
      --concurrency N    how many are open at a time, about: 100
      --snaplen N        262144
      --ipv6 X           the share of connections over IPv6, 0 to 1: 0.25
      --only SCENARIO    one scenario alone; --list names them
      --fault WHAT       of the capture itself: loss, one-sided, duplicated, clock, cut
      --shape WHAT       a benchmark in place of a simulation, without truth: small, bulk, many, flood, short
      --scale X          of a shape: 1 is a hundredth of the sizes in docs/performance.md, 10 a tenth
    """

  var seed: UInt64 = 1
  var connections = 1000
  var concurrency = 100
  var snaplen = 262_144
  var ipv6 = 0.25
  var only: String?
  var fault = CaptureFault.none
  var shape: Shape?
  var scale = 1.0
  var lists = false
  var path = ""

  /// What is wrong, if anything is.
  mutating func parse(_ arguments: [String]) -> String? {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--list" {
        lists = true
        continue
      }
      guard argument.hasPrefix("--") else {
        path = argument
        continue
      }
      guard let value = rest.popFirst() else { return "\(argument) takes a value" }
      guard take(argument, value) else { return "\(argument) is unknown, or does not take '\(value)'" }
    }
    return path.isEmpty && !lists ? "which file is to be written?" : nil
  }

  private mutating func take(_ name: String, _ value: String) -> Bool {
    switch name {
    case "--seed": return set(&seed, UInt64(value))
    case "--connections": return set(&connections, Int(value))
    case "--concurrency": return set(&concurrency, Int(value))
    case "--snaplen": return set(&snaplen, Int(value))
    case "--ipv6": return set(&ipv6, Double(value))
    case "--scale": return set(&scale, Double(value))
    case "--fault": return set(&fault, CaptureFault(rawValue: value))
    case "--only":
      only = value
      return true
    case "--shape":
      shape = Shape(rawValue: value)
      return shape != nil
    default: return false
    }
  }

  private func set<Value>(_ field: inout Value, _ value: Value?) -> Bool {
    guard let value else { return false }
    field = value
    return true
  }
}
