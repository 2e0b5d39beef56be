import Endpoints
import PacketScript
import Wire

/// What paths do to conversations.
enum Devices {
  /// Between two moments (seconds) nothing that `falls` is true of passes.
  static func outage(
    from begin: Double, to end: Double = 1e6, _ falls: @escaping (Passage) -> Bool = { _ in true }
  ) -> Device {
    { seconds(begin) <= $0.now && $0.now < seconds(end) && falls($0) ? .drop : .pass }
  }

  static func silence(after begin: Double, of end: End) -> Device { outage(from: begin) { $0.from == end } }

  /// The first `count` packets that `which` is true of are lost.
  static func first(_ count: Int, _ which: @escaping (Passage) -> Bool) -> Device {
    let memory = Memory()
    return { passage in
      guard which(passage), memory.count < count else { return .pass }
      memory.count += 1
      return .drop
    }
  }

  static func loss(
    _ share: Double, _ circumstances: Circumstances, of which: @escaping (Passage) -> Bool = { _ in true }
  ) -> Device {
    let dice = Dice(circumstances)
    return { which($0) && dice.random.chance(share) ? .drop : .pass }
  }

  static func reordering(_ share: Double, _ circumstances: Circumstances) -> Device {
    let dice = Dice(circumstances)
    return { _ in
      dice.random.chance(share) ? .hold(milliseconds(Double(dice.random.between(2...20)))) : .pass
    }
  }

  /// Packets of `end` come a second time.
  static func duplication(_ share: Double, _ circumstances: Circumstances) -> Device {
    let dice = Dice(circumstances)
    return { passage in
      guard dice.random.chance(share) else { return .pass }
      return .inject([(passage.from.other, .tcp(passage.packet))], passes: true)
    }
  }

  /// No RST passes.
  static func resetEater(_ passage: Passage) -> Verdict { passage.packet.flags.contains(.rst) ? .drop : .pass }

  private final class Dice {
    var random: Random
    init(_ circumstances: Circumstances) { random = Random(seed: circumstances.random.peek ^ 0x5eed) }
  }
}

extension Random {
  /// What comes next, without taking it.
  var peek: UInt64 {
    var copy = self
    return copy.next()
  }
}

extension Passage {
  func has(_ flag: TCPFlags) -> Bool { packet.flags.contains(flag) }
  var hasData: Bool { packet.payloadLength > 0 }
  var isPureACK: Bool { !hasData && packet.flags.isDisjoint(with: [.syn, .fin, .rst]) }
}
