import Endpoints

/// Kernels as they differ on the wire.
enum Stacks {
  static let names = ["linux", "plain", "windows", "bsd"]

  static func named(_ name: String) -> Stack {
    var stack = Stack()
    switch name {
    case "plain":
      // Linux without timestamps.
      stack.timestamps = false
    case "windows":
      stack.timestamps = false
      stack.ttl = 128
      stack.windowScale = 8
      stack.retries = 5
      stack.orphanRetries = 5
      stack.synRetries = 2
      stack.leastTimeout = milliseconds(300)
      stack.keepaliveBytes = 1
      stack.windowProbeBytes = 1
      stack.dressesResets = false
      stack.resetsWhenGivingUp = true
      stack.identifiesBareResets = true
    case "bsd":
      stack.windowScale = 6
      stack.retries = 12
      stack.orphanRetries = 12
      stack.leastTimeout = milliseconds(230)
      stack.probesTail = false
      stack.keepaliveBytes = 1
      stack.windowProbeBytes = 1
      stack.dressesResets = false
      stack.identifiesBareResets = true
    default: break
    }
    // RFC 7323 §2: what a timestamp takes, a segment lacks.
    stack.mss = stack.timestamps ? 1448 : 1460
    return stack
  }
}
