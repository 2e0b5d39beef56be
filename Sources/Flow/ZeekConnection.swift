internal import Wire

struct ZeekConnection: BitwiseCopyable {
  init(first segment: Segment) {}
  mutating func observe(_ segment: Segment, fromFirst: Bool) {}
  func view() -> ZeekView { ZeekView() }
}
