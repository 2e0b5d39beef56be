/// Zeek's `history`: a letter per event, upper case for the originator, in order.
struct ZeekHistory: BitwiseCopyable {
  /// Letters kept; what comes later is not said. Zeek has no limit, and rarely more than ten letters.
  static var limit: Int { 64 }

  private var letters = InlineArray<64, UInt8>(repeating: 0)
  private var count: UInt8 = 0

  mutating func append(_ letter: ZeekLetter, isOriginator: Bool) {
    append(isOriginator ? letter.rawValue & ~0x20 : letter.rawValue)
  }

  /// The roles were swapped.
  mutating func appendFlip() { append(UInt8(ascii: "^")) }

  private mutating func append(_ byte: UInt8) {
    guard Int(count) < ZeekHistory.limit else { return }
    letters[Int(count)] = byte
    count += 1
  }

  /// Nothing but the SYN-ACK of the one who seemed to be the originator.
  var isLoneSYNACK: Bool { count == 1 && letters[0] == UInt8(ascii: "H") }

  /// What was taken for an originator's SYN-ACK was the responder's.
  mutating func flipLoneSYNACK() {
    count = 0
    appendFlip()
    append(.synAck, isOriginator: false)
  }

  /// The originator's SYN, then its RST, and between them nothing that would show an answer or a stream:
  /// `^?S[^HAFGIQ]*R`.
  var isSYNThenRST: Bool {
    var place = count > 0 && letters[0] == UInt8(ascii: "^") ? 1 : 0
    guard place < count, letters[place] == UInt8(ascii: "S") else { return false }
    place += 1
    while place < count {
      switch letters[place] {
      case UInt8(ascii: "R"): return true
      case UInt8(ascii: "H"), UInt8(ascii: "A"), UInt8(ascii: "F"), UInt8(ascii: "G"), UInt8(ascii: "I"),
        UInt8(ascii: "Q"):
        return false
      default: place += 1
      }
    }
    return false
  }

  var text: String {
    var text = ""
    for place in 0..<Int(count) { text.unicodeScalars.append(Unicode.Scalar(letters[place])) }
    return text
  }
}

/// The events that have a letter, as the responder's.
enum ZeekLetter: UInt8 {
  case syn = 0x73
  case synAck = 0x68
  case ack = 0x61
  case data = 0x64
  case fin = 0x66
  case rst = 0x72
  case badChecksum = 0x63
  case gap = 0x67
  case retransmission = 0x74
  case zeroWindow = 0x77
  case finAndRST = 0x69
  case severalFlags = 0x71
}

/// Counts what is said logarithmically: the first time, the tenth, the hundredth …
struct ZeekTally: BitwiseCopyable {
  private var count: UInt32 = 0

  /// One more; whether it is one that is said.
  mutating func isSaid() -> Bool {
    guard count < .max else { return false }
    count += 1
    switch count {
    case 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000: return true
    default: return false
    }
  }
}
