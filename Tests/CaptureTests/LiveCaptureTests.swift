import Glibc
import PacketScript
import Testing
import Wire

@testable import Capture

@Suite("Interfaces of this host as a source", .serialized) struct LiveCaptureTests {
  private static let mayCapture = hasLibpcap && CaptureDevice.mayCapture && canOpen
  private static let why: Comment = "left out: it takes libpcap, and root or CAP_NET_RAW, to capture on lo"
  private static var canOpen: Bool { (try? LiveCapture(["lo"], LiveOptions(), now: 0)) != nil }

  private var now: Int64 { Loopback.clock }

  @Test(.enabled(if: mayCapture, why), arguments: ["lo", "any"]) func whatPassesIsSeen(_ name: String) throws {
    var capture = try LiveCapture([name], LiveOptions(), now: now)
    let port = Loopback.knock()
    var segments: [Segment] = []
    var decoder = Decoder()
    var segment = Segment()
    var last = Timestamp(nanoseconds: 0)
    for _ in 0..<200 where segments.count < 2 {
      capture.look(at: now)
      while let frame = capture.next() {
        #expect(frame.time >= last)
        last = frame.time
        guard case .segment = decoder.decode(frame, into: &segment) else { continue }
        if segment.destinationPort == port || segment.sourcePort == port { segments.append(segment) }
      }
      capture.wait(milliseconds: 50)
    }
    #expect(segments.first?.flags.contains(.syn) == true)
    #expect(segments.contains { $0.flags.contains(.rst) && $0.sourcePort == port })
    // Dated by the kernel, to the nanosecond, by the same clock.
    #expect(abs(now - last.nanoseconds) < 60_000_000_000)
    capture.countDrops(at: now)
    capture.attend(at: now)
    #expect(capture.loss.kernelDropped == 0)
    #expect(capture.takeNotes() == [])
  }

  @Test(.enabled(if: mayCapture, why)) func mistakes() throws {
    func kind(_ names: [String], _ change: (inout LiveOptions) -> Void = { _ in }) -> LiveError.Kind? {
      var options = LiveOptions()
      change(&options)
      do throws(LiveError) {
        _ = try LiveCapture(names, options, now: 0)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(kind(["no-such-interface"]) == .unavailable)
    #expect(kind(["lo", "no-such-interface"]) == .unavailable)
    #expect(kind(["lo"]) { $0.timestamps = "sundial" } == .usage)
    #expect(kind(["lo"]) { $0.timestamps = "host" } == nil)
    #expect(kind(["lo"]) { $0.tunnels = true } == nil)
    #expect(kind(["any"]) { $0.filter = "port 80" } == nil)
  }

  /// Beside the loop: what was opened waits until it is taken, and belongs to nobody once nobody takes anything any more.
  @Test(.enabled(if: mayCapture, why)) func interfacesAreOpenedAside() throws {
    let libpcap = try #require(Libpcap.shared)
    let opener = InterfaceOpener(LiveOptions(), libpcap, try #require(LibpcapLive()))
    let before = Self.descriptors
    func taken() -> [InterfaceOpener.Opened] {
      var opened: [InterfaceOpener.Opened] = []
      for _ in 0..<1000 where opened.count < 2 {
        opened += opener.takeOpened()
        usleep(5000)
      }
      return opened
    }
    for _ in 0..<2 {
      opener.open(3, "lo")
      opener.open(1, "no-such-interface")
      let opened = taken()
      #expect(opened.map(\.place) == [3, 1])
      let interface = try #require(try opened.first?.interface.get())
      #expect(interface.isOpen && interface.linkType == LinkType.ethernet.rawValue)
      #expect(throws: LiveError.self) { try opened.last?.interface.get() }
      opener.close(interface)
      for _ in 0..<1000 where Self.descriptors > before { usleep(5000) }
      #expect(Self.descriptors == before)
    }
    opener.open(0, "lo")
    opener.end()
    for _ in 0..<1000 where Self.descriptors > before { usleep(5000) }
    #expect(opener.takeOpened().isEmpty && Self.descriptors == before)
  }

  /// Sockets of packets that this process has.
  private static var descriptors: Int {
    Folder.names("/proc/self/fd").count {
      var text = [CChar](repeating: 0, count: 64)
      let length = readlink("/proc/self/fd/\($0)", &text, text.count - 1)
      return String(decoding: text.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        .hasPrefix("socket:")
    }
  }

  @Test func whatIsThereAndUpMayBeOpened() {
    #expect(LiveInterface.mayOpen("lo") && LiveInterface.mayOpen("any"))
    #expect(!LiveInterface.mayOpen("no-such-name"))
    // Nobody knows.
    #expect(LiveInterface.mayOpen("longer-than-any-name-of-an-interface"))
  }

  @Test(.enabled(if: hasLibpcap, noLibpcap)) func aMistakeInTheFilterTakesNoRight() {
    #expect(throws: FilterError.self) { try LiveCapture.check(filter: "tcp and") }
  }
}
