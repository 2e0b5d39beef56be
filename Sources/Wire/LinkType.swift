/// What the first bytes of a frame are, as capture files number it (LINKTYPE_… of tcpdump.org).
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static var null: Self { .init(rawValue: 0) }
  public static var ethernet: Self { .init(rawValue: 1) }
}
