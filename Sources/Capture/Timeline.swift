public import Wire

/// One interface of one input.
public struct CaptureInterface: Hashable, Sendable {
  /// Index of the input.
  public var input: Int
  /// Its own name (pcapng `if_name`); nil where the file has none.
  public var name: String?
  public var linkType: LinkType
  /// Most bytes that a packet was captured with; 0 is no limit known.
  public var snaplen: UInt32

  public init(input: Int, name: String?, linkType: LinkType, snaplen: UInt32) {
    self.input = input
    self.name = name
    self.linkType = linkType
    self.snaplen = snaplen
  }
}

/// Several inputs as one, in order of time: a file is opened when the timeline reaches its first packet; within one
/// interface the file's order is kept.
public struct Timeline: ~Copyable {
  /// As they were given.
  public let paths: [String]
  /// `[Frame.interface]`, as far as was read.
  public private(set) var interfaces: [CaptureInterface] = []
  /// What could not be read: the other inputs go on.
  public private(set) var errors: [CaptureError] = []
  public private(set) var loss = CaptureLoss()
  /// The time of the latest packet, or pcapng's `isb_endtime` where that is later; nil while nothing was read.
  public private(set) var recordingEnd: Timestamp?
  /// Frames so far, those that the filter refused included.
  public private(set) var frames: UInt64 = 0
  /// Bytes read from all inputs so far, as they lie on disk, and their sizes where all are known: for a progress line.
  public private(set) var bytesRead: UInt64 = 0
  public private(set) var bytesTotal: UInt64?

  /// - Parameters:
  ///   - paths: files; `-` is standard input.
  ///   - filter: libpcap's syntax; what it refuses has a number, and is not handed out.
  public init(paths: [String], filter: String? = nil) throws(FilterError) { self.paths = paths }

  /// The next frame, valid until the next call; nil at the end of all inputs. Damage ends one input and is noted in `errors`.
  @_lifetime(&self)
  public mutating func next() -> Frame? { nil }
}
