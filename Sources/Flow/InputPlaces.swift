/// At which place each input was taken. Inputs that follow each other as parts of one recording, rotated files, are of one place:
/// what the next one has is no copy of what the last one had, any more than within one file.
public struct InputPlaces: Sendable {
  /// `[input]`: its place, as the first input that was taken there; not in it where that is the input itself.
  private var shared: [Int: Int] = [:]

  /// Each input is a place of its own.
  public init() {}

  /// - Parameter shared: the inputs that go on with another, and the first of the recording that they go on with.
  public init(_ shared: [Int: Int]) { self.shared = shared }

  /// Whether both inputs were taken at one place.
  func areOne(_ input: Int, _ other: Int) -> Bool {
    input == other || (!shared.isEmpty && shared[input, default: input] == shared[other, default: other])
  }
}
