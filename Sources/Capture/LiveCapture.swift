internal import CLibpcap
internal import Glibc
public import Wire

/// What was decoded of a live capture at a time.
public struct LivePassed: BitwiseCopyable, Sendable {
  /// All of them segments.
  public var packets: UInt64 = 0
  /// What they had on the wire, bytes.
  public var originalBytes: UInt64 = 0
  /// When the latest of them came, ns since 1970.
  public var time: Int64
}

/// Interfaces of this host as one source of frames, in order of time.
///
/// An interface that goes away is picked up again when it is there, and one that is down is waited for. What each is to deliver waits in the kernel's ring until
/// somebody asks; nothing here waits but `wait`.
///
/// Why the unsafe lines hold: poll(2) is given an array and its count; a frame's bytes are lent until the next call.
public struct LiveCapture: ~Copyable {
  /// What an interface may be behind the others, ns: a block that is not full is kept for a while (`blockTime`), and a busy
  /// processor is late.
  public static var settleTime: Int64 { 60_000_000 }
  /// A clock that is ahead of the kernel's by more, ns, is another one.
  private static var foreign: Int64 { 1_000_000_000 }

  /// As they were given; `Frame.interface` and the input of a packet are indices into it. Behind `any` those that its packets came by.
  public private(set) var names: [String]
  /// Frames so far.
  public private(set) var frames: UInt64 = 0
  /// What was dropped, and when the capture was blind.
  public private(set) var loss = CaptureLoss()
  private let options: LiveOptions
  private let libpcap: Libpcap
  private let live: LibpcapLive
  private var interfaces: [LiveInterface]
  private var links = LinkPlaces()
  private var changes = LinkChanges()
  private let opener: InterfaceOpener
  /// `[place]`: it is being opened.
  private var isOpening: [Bool]
  private var polled: [pollfd] = []
  private var pause: RingPause
  /// Since when nothing can come from an interface: it went away, is down, or has no carrier.
  private var lostAt: [Int64?]
  /// `[place]`: it was away since somebody looked, for however short a time.
  private var wasAway: [Bool]
  /// Of `any`'s interfaces: how many more words may be said of them in this minute.
  private var wordsLeft = LiveCapture.wordsPerMinute
  private var wordsCountedAt: Int64
  /// `[place]`: when an interface that went away is closed: the kernel hands its last block over no earlier than any other.
  private var closesAt: [Int64?]
  /// Why an interface that is there was not opened again, as it was said last.
  private var failures: [String?]
  /// When drops were counted last, and when it was looked whether somebody is there.
  private var countedAt: Int64
  private var attendedAt: Int64
  /// The kernel's clock when somebody has waited last, ns.
  private var wall: Int64
  private var notes: [String] = []

  /// Opens all of them. One that is there and down is waited for.
  /// - Parameter now: the kernel's clock, ns since 1970.
  /// - Throws: for the first that can't be opened; a filter that libpcap does not compile, before anything is opened.
  public init(_ names: [String], _ options: LiveOptions, now: Int64) throws(LiveError) {
    guard let libpcap = Libpcap.shared, let live = LibpcapLive() else {
      throw LiveError(kind: .unavailable, interface: names.first ?? "", cause: Libpcap.missing)
    }
    let opened = try Self.open(names, options, libpcap, live)
    self.names = names
    self.options = options
    self.libpcap = libpcap
    self.live = live
    interfaces = opened
    pause = RingPause(ring: options.bufferBytes, snaplen: options.snaplen)
    opener = InterfaceOpener(options, libpcap, live)
    isOpening = [Bool](repeating: false, count: names.count)
    lostAt = opened.map { $0.isOpen ? nil : now }
    wasAway = [Bool](repeating: false, count: names.count)
    wordsCountedAt = now
    closesAt = [Int64?](repeating: nil, count: names.count)
    failures = [String?](repeating: nil, count: names.count)
    loss.ofInputs = [InputLoss](repeating: InputLoss(), count: names.count)
    countedAt = now
    attendedAt = now
    wall = now
    notes = zip(names, opened).filter { !$0.1.isOpen }.map { "\($0.0) is down; waiting until it is up" }
  }

  private static func open(
    _ names: [String], _ options: LiveOptions, _ libpcap: Libpcap, _ live: LibpcapLive
  ) throws(LiveError) -> [LiveInterface] {
    var opened: [LiveInterface] = []
    for name in names {
      do throws(LiveError) {
        opened.append(try LiveInterface.open(name, options, libpcap, live))
      } catch {
        guard error.kind == .down else {
          for place in opened.indices { opened[place].close(libpcap) }
          throw error
        }
        opened.append(LiveInterface())
      }
    }
    return opened
  }

  deinit {
    opener.end()
    for place in interfaces.indices {
      var interface = interfaces[place]
      interface.close(libpcap)
    }
  }

  /// The filter alone, before there is any capture: a mistake in it is told first.
  public static func check(filter: String) throws(FilterError) { _ = try PacketFilter(filter) }

  /// The kernel's clock dates packets, not an adapter's.
  public var isDatedByHost: Bool { options.timestamps?.hasPrefix("adapter") != true }

  /// For people: interfaces that went and came, each said once.
  public mutating func takeNotes() -> [String] {
    defer { notes = [] }
    return notes
  }

  /// The next frame, valid until the next call; nil where there is none for now.
  @_lifetime(&self)
  public mutating func next() -> Frame? {
    var place = 0
    if interfaces.count == 1 {
      if !interfaces[0].hasHead {
        if !interfaces[0].fill(live) { lose(0) }
        guard interfaces[0].hasHead else { return nil }
      }
    } else {
      guard let earliest = earliest() else { return nil }
      place = earliest
    }
    frames &+= 1
    let interface = interfaces[place]
    let head = interface.head
    if head.time < interface.lastTime { observeBackward(place) }
    let linkType = LinkType(rawValue: interface.linkType)
    let taken = unsafe interface.take()
    // LINKTYPE_LINUX_SLL2 is of `any` alone, and has the interface's index after four bytes.
    if linkType == .linuxCooked2, taken.count >= 8 {
      place = self.place(ofLink: UInt32(bigEndian: unsafe taken.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    }
    let bytes = unsafe RawSpan(_unsafeBytes: taken)
    let frame = Frame(
      bytes: bytes, originalLength: max(Int(head.length), bytes.byteCount), time: Timestamp(nanoseconds: head.time),
      packet: PacketReference(input: place, number: frames), ordinal: frames, linkType: linkType,
      interface: UInt16(truncatingIfNeeded: place))
    return unsafe _overrideLifetime(frame, mutating: &self)
  }

  /// Decodes the next packets where the kernel has them, as far as each is what nearly all are; what it stops at, and what came with that,
  /// `next()` has to look at. None of a capture on several interfaces, which are merged or, as `any`, told apart by their packets.
  /// - Parameters:
  ///   - segments: those that were decoded are written from `place` on.
  ///   - most: packets.
  ///   - times: none may be earlier or later, ns since 1970.
  public mutating func decode(
    into segments: inout InlineArray<32, Segment>, from place: Int, most: Int, within times: ClosedRange<Int64>
  ) -> LivePassed {
    guard hasUsualPackets else { return LivePassed(time: times.lowerBound) }
    let (isThere, passed) = interfaces[0].decode(
      live, into: &segments, from: place, most: most, after: PacketReference(input: 0, number: frames),
      frames: frames, within: times)
    frames &+= passed.packets
    if !isThere { lose(0) }
    return passed
  }

  /// Whether it is worth asking for them: one interface, as nearly all are.
  public var hasUsualPackets: Bool {
    interfaces.count == 1 && interfaces[0].linkType == LinkType.ethernet.rawValue
  }

  /// The interface whose packet comes next; nil where one that has none may still come with an earlier one.
  private mutating func earliest() -> Int? {
    var found: Int?
    var isComplete = true
    for place in interfaces.indices {
      if !interfaces[place].hasHead, !interfaces[place].fill(live) { lose(place) }
      guard interfaces[place].hasHead else {
        if interfaces[place].isOpen || isOpening[place] { isComplete = false }
        continue
      }
      if let other = found, interfaces[other].head.time <= interfaces[place].head.time { continue }
      found = place
    }
    guard let found else { return nil }
    let age = wall &- interfaces[found].head.time
    return isComplete || age >= Self.settleTime || age < -Self.foreign ? found : nil
  }

  /// Waits until there is something, or for `milliseconds`, or for a signal; where much has come, for some milliseconds in any case.
  public mutating func wait(milliseconds: Int32) {
    if pause.isDue(after: frames) {
      _ = poll(nil, 0, min(milliseconds, RingPause.milliseconds))
      return
    }
    polled.removeAll(keepingCapacity: true)
    // One that has a packet for us, and waits for the others, is no reason not to wait.
    for interface in interfaces where interface.isOpen && !interface.hasHead {
      polled.append(pollfd(fd: interface.descriptor, events: Int16(POLLIN), revents: 0))
    }
    let isHeld = interfaces.contains { $0.hasHead }
    _ = unsafe poll(&polled, nfds_t(polled.count), isHeld ? min(milliseconds, 5) : milliseconds)
  }

  /// Begins another round: what was dry is asked again.
  /// - Parameter now: the kernel's clock, ns since 1970.
  public mutating func look(at now: Int64) {
    wall = now
    if isOpening.contains(true) { takeOpened(now) }
    for place in interfaces.indices {
      if let time = closesAt[place], interfaces[place].isDry, now >= time || now < time - Self.settleTime {
        leave(place, now)
      }
      interfaces[place].isDry = false
    }
  }

  /// What was dropped since the last time: before anything is said of what is not there.
  public mutating func countDrops(at now: Int64) {
    for place in interfaces.indices { countDrops(of: place, at: now) }
    for change in changes.take() where !change.isReachable { noteAway(change.name, now) }
    countedAt = now
  }

  private mutating func countDrops(of place: Int, at now: Int64) {
    let drops = interfaces[place].drops(live)
    guard drops.kernel + drops.interface > 0 else { return }
    loss.kernelDropped &+= drops.kernel
    loss.interfaceDropped &+= drops.interface
    // The ring of `any` is that of all its interfaces.
    if isAny { loss.addBlind(from: countedAt, to: now) } else { loss.addDropping(place, from: countedAt, to: now) }
  }

  /// For however short a time: what one look after another finds in order may have been away between them.
  private mutating func noteAway(_ name: String, _ now: Int64) {
    if let place = names.firstIndex(of: name) {
      loss.addAway(place, from: countedAt, to: now)
      wasAway[place] = true
    } else if isAny, interfaces[0].linkType != LinkType.linuxCooked2.rawValue || links.isFull {
      // It may be one whose packets nobody tells from those of others.
      loss.addAway(0, from: countedAt, to: now)
    }
  }

  /// Once a second: whether somebody is there, again or no more.
  public mutating func attend(at now: Int64) {
    for place in names.indices.dropFirst(interfaces.count) {
      watch(place, interfaces[0].obstacle(ofLink: names[place]), now)
    }
    for place in interfaces.indices {
      if closesAt[place] != nil {
        beBlind(place, since: now, now)
      } else if interfaces[place].isOpen {
        watch(place, interfaces[place].obstacle(names[place]), now)
      } else {
        pickUp(place, now)
      }
    }
    attendedAt = now
  }

  /// libpcap does not tell of an interface that is set down, and goes on by itself when it is up again.
  private mutating func watch(_ place: Int, _ obstacle: String?, _ now: Int64) {
    defer { wasAway[place] = false }
    if let obstacle {
      if lostAt[place] == nil { say(place, obstacle, now) }
      // It was still there when it was looked at last.
      beBlind(place, since: attendedAt, now)
    } else if lostAt[place] != nil {
      find(place, now)
    } else if wasAway[place] {
      say(place, "was down for a moment", now)
    }
  }

  /// On a host of containers interfaces go and come all the time.
  private mutating func say(_ place: Int, _ words: String, _ now: Int64) {
    guard place >= interfaces.count else { return notes.append("\(names[place]) \(words)") }
    if now - wordsCountedAt >= 60_000_000_000 || now < wordsCountedAt {
      wordsLeft = LiveCapture.wordsPerMinute
      wordsCountedAt = now
    }
    guard wordsLeft > 0 else { return }
    wordsLeft -= 1
    notes.append("\(names[place]) \(words)" + (wordsLeft > 0 ? "" : "; more of such is not told for a minute"))
  }

  private static var wordsPerMinute: Int { 20 }

  /// No silence of what was seen there is claimed of the time until now, though it be still so.
  private mutating func beBlind(_ place: Int, since start: Int64, _ now: Int64) {
    loss.addAway(place, from: lostAt[place] ?? start, to: now)
    lostAt[place] = now
  }

  private mutating func find(_ place: Int, _ now: Int64) {
    beBlind(place, since: now, now)
    lostAt[place] = nil
    if place < interfaces.count { failures[place] = nil }
    say(place, "is there again", now)
  }

  /// What it had seen by then is still to come.
  @inline(never) private mutating func lose(_ place: Int) {
    guard closesAt[place] == nil else { return }
    notes.append("\(names[place]): \(interfaces[place].error(libpcap)); waiting until it is there again")
    lostAt[place] = wall
    closesAt[place] = wall + Self.settleTime
  }

  /// All interfaces of this host are one source.
  public var isAny: Bool { interfaces.count == 1 && names[0] == "any" }

  private mutating func place(ofLink index: UInt32) -> Int { links.place(of: index) ?? find(link: index) }

  /// One that was deleted and made again under the same name is the same.
  @inline(never) private mutating func find(link index: UInt32) -> Int {
    var place = 0
    if let name = interfaces[0].name(ofLink: index) {
      if let known = names.dropFirst().firstIndex(of: name) {
        place = known
      } else if names.count <= LinkPlaces.most {
        place = names.count
        names.append(name)
        lostAt.append(nil)
        wasAway.append(false)
        loss.ofInputs.append(InputLoss())
      }
    }
    links.enter(index, place)
    return place
  }

  private mutating func leave(_ place: Int, _ now: Int64) {
    countDrops(of: place, at: now)
    opener.close(interfaces[place])
    interfaces[place] = LiveInterface()
    closesAt[place] = nil
  }

  @inline(never) private mutating func observeBackward(_ place: Int) {
    loss.observeBackward(
      interfaces[place].head.time, after: interfaces[place].lastTime,
      PacketReference(input: place, number: frames))
  }

  /// What it takes to open one goes on beside the loop, by a thread that may what this one may now.
  private mutating func pickUp(_ place: Int, _ now: Int64) {
    beBlind(place, since: now, now)
    guard !isOpening[place], LiveInterface.mayOpen(names[place]) else { return }
    isOpening[place] = true
    opener.open(place, names[place])
  }

  private mutating func takeOpened(_ now: Int64) {
    for opened in opener.takeOpened() {
      let place = opened.place
      isOpening[place] = false
      switch opened.interface {
      case .success(let interface):
        interfaces[place] = interface
        watch(place, interface.obstacle(names[place]), now)
      case .failure(let error):
        // It may have gone or been set down since it was asked.
        guard error.kind != .down, error.cause != failures[place], LiveInterface.mayOpen(names[place]) else { continue }
        failures[place] = error.cause
        notes.append("\(names[place]) can't be opened again: \(error.cause)")
      }
    }
  }
}
