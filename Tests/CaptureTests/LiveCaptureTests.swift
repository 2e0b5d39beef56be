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
    var places: Set<Int> = []
    var decoder = Decoder()
    var segment = Segment()
    var last = Timestamp(nanoseconds: 0)
    for _ in 0..<200 where segments.count < 2 {
      capture.look(at: now)
      while let frame = capture.next() {
        #expect(frame.time >= last)
        last = frame.time
        guard case .segment = decoder.decode(frame, into: &segment) else { continue }
        guard segment.destinationPort == port || segment.sourcePort == port else { continue }
        segments.append(segment)
        places.insert(Int(frame.interface))
        #expect(frame.packet.input == Int(frame.interface))
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
    // `any` tells by which of them each came.
    #expect(places.map { capture.names[$0] } == ["lo"])
    #expect(capture.names.first == name && capture.loss.ofInputs.count == capture.names.count)
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
    let before = Self.packetSockets
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
      #expect(Self.hasNone(but: before))
    }
    opener.open(0, "lo")
    opener.end()
    #expect(Self.hasNone(but: before) && opener.takeOpened().isEmpty)
  }

  /// Sooner or later: other tests have theirs for a while.
  private static func hasNone(but known: Set<String>) -> Bool {
    for _ in 0..<2000 {
      if packetSockets.isSubset(of: known) { return true }
      usleep(5000)
    }
    return false
  }

  /// Sockets of packets that this process has, by their inodes: packet(7).
  private static var packetSockets: Set<String> {
    let all = Folder.text("/proc/net/packet") ?? ""
    let inodes = Set(
      all.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").last.map(String.init) })
    let own = Folder.names("/proc/self/fd").compactMap { name -> String? in
      var text = [CChar](repeating: 0, count: 64)
      let length = readlink("/proc/self/fd/\(name)", &text, text.count - 1)
      let target = String(decoding: text.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
      return target.hasPrefix("socket:[") ? String(target.dropFirst(8).dropLast()) : nil
    }
    return inodes.intersection(own)
  }

  @Test func whatTheKernelTellsOfInterfaces() {
    let up = LiveInterface.reachable
    func parsed(_ bytes: [UInt8]) -> [LinkChange] {
      var changes: [LinkChange] = []
      LinkChanges.parse(bytes.span, into: &changes)
      return changes
    }
    let told =
      message(16, flags: up, "eth0") + message(16, flags: up & ~IFF_RUNNING, "veth12") + message(17, flags: up, "tun0")
    let changes = [
      LinkChange(name: "eth0", isReachable: true), LinkChange(name: "veth12", isReachable: false),
      LinkChange(name: "tun0", isReachable: false),
    ]
    #expect(parsed(told) == changes)
    // One that leaves a bridge is there; an address is no interface; what has no name is none.
    #expect(parsed(message(17, family: 7, flags: up, "eth0") + message(20, flags: up, "eth0")).isEmpty)
    #expect(parsed(Array(message(16, flags: up, "eth0").prefix(31))).isEmpty)
    // Whatever is cut, or claims another length, ends it.
    for count in 0..<told.count { #expect(changes.starts(with: parsed(Array(told.prefix(count))))) }
    for place in told.indices {
      for value in [0, 1, 4, 0xff] as [UInt8] {
        var bytes = told
        bytes[place] = value
        #expect(parsed(bytes).count <= 3)
      }
    }
  }

  /// As the kernel writes it, with another attribute before the name.
  private func message(_ type: UInt16, family: UInt8 = 0, flags: Int, _ name: String) -> [UInt8] {
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
    let text = Array(name.utf8) + [0]
    var attributes = bytes(UInt16(8)) + bytes(UInt16(13)) + bytes(UInt32(1000))
    attributes += bytes(UInt16(4 + text.count)) + bytes(UInt16(3)) + text
    attributes += [UInt8](repeating: 0, count: (4 - attributes.count % 4) % 4)
    let header = bytes(UInt32(32 + attributes.count)) + bytes(type) + [UInt8](repeating: 0, count: 10)
    return header + [family] + [UInt8](repeating: 0, count: 7) + bytes(UInt32(flags)) + bytes(UInt32(0)) + attributes
  }

  @Test func eachInterfaceOfAnyHasItsPlace() {
    var places = LinkPlaces()
    #expect(places.place(of: 0) == nil && places.place(of: 7) == nil)
    places.enter(7, 1)
    places.enter(9, 2)
    #expect(places.place(of: 7) == 1 && places.place(of: 9) == 2 && places.place(of: 9) == 2)
    #expect(!places.isFull)
    // Containers that came and went are not kept for ever; whoever is forgotten is looked for anew.
    for index in UInt32(10)..<UInt32(10 + 4 * LinkPlaces.most) { places.enter(index, 3) }
    #expect(places.place(of: 7) == nil && places.place(of: 9 + UInt32(4 * LinkPlaces.most)) == 3)
    places.enter(5, 0)
    #expect(places.isFull && places.place(of: 5) == 0)
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
