import PacketScript
import Testing
import Wire

@Suite struct FuzzTests {
  /// No input stops the decoder: valid frames of all kinds with bytes changed, cut, swapped and repeated, read as any
  /// link type. What is said of them is in order.
  @Test(arguments: [UInt64(1), 2, 3])
  func noFrameTraps(seed: UInt64) {
    var random = Mulberry(state: seed)
    var decoder = Decoder(verifyChecksums: seed == 2)
    var segment = Segment()
    let kinds = Kinds.all
    let linkTypes = Array(Set(kinds.map(\.linkType))).sorted { $0.rawValue < $1.rawValue }
    for round in 0..<10_000 {
      let kind = kinds[random.below(kinds.count)]
      var bytes = kind.bytes
      for _ in 0..<random.below(6) { mutate(&bytes, &random) }
      let linkType = random.below(4) == 0 ? linkTypes[random.below(linkTypes.count)] : kind.linkType
      let original = random.below(5) == 0 ? random.below(100_000) : bytes.count
      let captured = random.below(3) == 0 ? random.below(bytes.count + 1) : bytes.count
      let outcome = decoder.outcome(
        of: bytes, linkType, captured: captured, original: original, seconds: Int64(round / 10), into: &segment)
      switch outcome {
      case .skipped(let failure):
        #expect(failure.offset >= 0, "seed \(seed), round \(round), \(kind.name)")
      case .segment, .cutSegment:
        #expect(segment.sackCount <= 4, "seed \(seed), round \(round), \(kind.name)")
        #expect(Int(segment.encapsulation) < decoder.encapsulations.count)
      case .quotedError, .fragment, .notTCP: break
      }
    }
    decoder.finish()
  }

  /// Plain frames have a short way through the decoder; checking sums takes the long one. Both say the same.
  @Test func theShortWaySaysWhatTheLongOneSays() {
    var random = Mulberry(state: 4)
    var short = Decoder()
    var long = Decoder(verifyChecksums: true)
    var left = Segment()
    var right = Segment()
    var found = 0
    for round in 0..<5000 {
      let options = BasicTests.options[random.below(BasicTests.options.count)]
      var bytes = FrameBuilder().frame(packet(random.below(2) == 0 ? 4 : 6, options: options))
      for _ in 0..<random.below(3) { mutate(&bytes, &random) }
      let captured = random.below(bytes.count + 1)
      let one = short.outcome(of: bytes, captured: captured, into: &left)
      #expect(one == long.outcome(of: bytes, captured: captured, into: &right), "round \(round)")
      guard one == .segment else { continue }
      found += 1
      right.options.remove(.badChecksum)
      #expect(same(left, right), "round \(round)")
    }
    #expect(found > 500)
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout Mulberry) {
    guard !bytes.isEmpty else { return }
    let place = random.below(bytes.count)
    switch random.below(6) {
    case 0: bytes[place] = UInt8(random.below(256))
    case 1: bytes[place] ^= 1 << UInt8(random.below(8))
    case 2: bytes[place] = [0, 1, 4, 6, 17, 47, 50, 51, 127, 128, 255][random.below(11)]
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + random.below(20)))
    case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.below(30))], at: place)
    default:
      let other = Kinds.all[random.below(Kinds.all.count)].bytes
      bytes.replaceSubrange(place..., with: other.suffix(random.below(other.count + 1)))
    }
  }
}

/// Numbers from a seed.
struct Mulberry {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// 0 ..< limit.
  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
