/// A value that few have, kept aside: who has none is small to hand around. Facts are handed around a dozen times, and a
/// million connections have none of their largest fields.
@propertyWrapper
public struct Rare<Value: Hashable & Sendable>: Hashable, Sendable {
  private final class Kept: Hashable, Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }

    static func == (left: Kept, right: Kept) -> Bool { left.value == right.value }
    func hash(into hasher: inout Hasher) { hasher.combine(value) }
  }

  private var kept: Kept?

  /// nil keeps nothing and takes no memory of its own.
  public init(wrappedValue: Value?) { kept = wrappedValue.map(Kept.init) }

  /// Setting it allocates: for what is set once and read often.
  public var wrappedValue: Value? {
    get { kept?.value }
    set { kept = newValue.map(Kept.init) }
  }

  /// Whether there is one: nothing is copied for it.
  public var projectedValue: Bool { kept != nil }
}
