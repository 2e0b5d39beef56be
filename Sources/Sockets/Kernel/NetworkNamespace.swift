internal import CNamespaces
internal import Glibc

/// A network namespace that is held open: it has a table of sockets of its own.
///
/// Why the unsafe lines hold: a thread of its own enters the namespace and ends there, so that no other code ever runs in the wrong one;
/// the box that it gets is kept alive until it is joined. Directory entries are copied before the next is read, and `stat` is filled by
/// the kernel before it is looked at.
final class NetworkNamespace {
  /// As a person knows it: the name under /run/netns, or a process in it.
  let name: String
  /// The number that the kernel gives it.
  let number: UInt64
  private let descriptor: Int32

  init?(path: String, name: String) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0 else {
      if descriptor >= 0 { close(descriptor) }
      return nil
    }
    self.name = name
    number = UInt64(status.st_ino)
  }

  deinit { close(descriptor) }

  /// The number of the namespace that this process is in.
  static var current: UInt64? { number(of: "/proc/thread-self/ns/net") }

  private static func number(of path: String) -> UInt64? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  /// What `body` gives inside of the namespace.
  func inside<Value>(_ body: @escaping () throws(SocketTableError) -> Value) throws(SocketTableError) -> Value {
    let descriptor = descriptor
    var result: Result<Value, SocketTableError>?
    let task = Task {
      guard tcpaudit_enter_network_namespace(descriptor) == 0 else {
        let right = errno == EPERM ? "it takes root or CAP_SYS_ADMIN" : ""
        result = .failure(SocketTableError("it can't be entered: \(Kernel.message(errno))", mend: right))
        return
      }
      do throws(SocketTableError) { result = .success(try body()) } catch { result = .failure(error) }
    }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passUnretained(task).toOpaque()
    let failure = unsafe pthread_create(
      &thread, nil,
      { context in
        if let context = unsafe context { unsafe Unmanaged<Task>.fromOpaque(context).takeUnretainedValue().body() }
        return nil
      }, context)
    if failure == 0 { pthread_join(thread, nil) }
    withExtendedLifetime(task) {}
    guard let result else { throw SocketTableError("no thread could be started: \(Kernel.message(failure))") }
    return try result.get()
  }

  /// Every namespace that can be named: those of `ip netns`, and those that processes are in, each once, this one left out.
  /// - Returns: also how many could not be looked at.
  static func others() -> (found: [NetworkNamespace], hidden: Int) {
    var known = Set<UInt64>()
    if let current { known.insert(current) }
    var found: [NetworkNamespace] = []
    var hidden = 0
    func add(_ path: String, _ name: @autoclosure () -> String) {
      guard let number = number(of: path) else {
        // ENOENT: the process has ended meanwhile.
        if errno == EACCES || errno == EPERM { hidden += 1 }
        return
      }
      guard known.insert(number).inserted else { return }
      if let namespace = NetworkNamespace(path: path, name: name()) { found.append(namespace) } else { hidden += 1 }
    }
    for folder in ["/run/netns", "/var/run/netns"] {
      for name in Directory.names(folder).sorted() { add("\(folder)/\(name)", name) }
    }
    for process in Directory.names("/proc").compactMap({ Int32($0) }).sorted() {
      add("/proc/\(process)/ns/net", "of \(ProcessFiles.name(process)) (\(process))")
    }
    return (found, hidden)
  }

  /// Work for a thread.
  private final class Task {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }
}

/// Names in a directory.
///
/// Why the unsafe lines hold: an entry's name is copied before the next entry is read.
enum Directory {
  static func names(_ path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
