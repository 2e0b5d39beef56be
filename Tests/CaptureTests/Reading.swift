internal import Capture
internal import Glibc
internal import PacketScript
internal import Wire

/// A frame that may be kept.
struct KeptFrame: Equatable {
  var bytes: [UInt8]
  var originalLength: Int
  var time: Timestamp
  var packet: PacketReference
  var ordinal: UInt64
  var linkType: LinkType
  var interface: UInt16

  init(_ frame: borrowing Frame) {
    bytes = frame.bytes.withUnsafeBytes { Array($0) }
    originalLength = frame.originalLength
    time = frame.time
    packet = frame.packet
    ordinal = frame.ordinal
    linkType = frame.linkType
    interface = frame.interface
  }
}

/// All that a timeline gave.
struct Reading {
  var frames: [KeptFrame] = []
  var interfaces: [CaptureInterface]
  var errors: [CaptureError]
  var loss: CaptureLoss
  var recordingEnd: Timestamp?
  var frameCount: UInt64
  var bytesRead: UInt64
  var bytesTotal: UInt64?

  init(paths: [String], filter: String? = nil) throws(FilterError) {
    var timeline = try Timeline(paths: paths, filter: filter)
    while let frame = timeline.next() { frames.append(KeptFrame(frame)) }
    interfaces = timeline.interfaces
    errors = timeline.errors
    loss = timeline.loss
    recordingEnd = timeline.recordingEnd
    frameCount = timeline.frames
    bytesRead = timeline.bytesRead
    bytesTotal = timeline.bytesTotal
  }

  /// Of a file with these bytes.
  init(_ bytes: [UInt8], filter: String? = nil) throws(FilterError) {
    let folder = Folder()
    try self.init(paths: [folder.file("capture", bytes)], filter: filter)
  }
}
