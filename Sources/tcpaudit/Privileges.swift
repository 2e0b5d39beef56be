internal import CPrivileges
internal import Glibc

/// What the process may, thrown away once the capture is open: all but CAP_NET_RAW, which opens an interface again.
///
/// Why the unsafe lines hold: names are passed as C strings that live for the call; what getpwnam and strerror give is copied at
/// once, by a process with one thread.
enum Privileges {
  /// A user of this host.
  struct User {
    var name: String
    var id: uid_t
    var group: gid_t

    /// - Throws: where there is no such user.
    init(_ name: String) throws {
      guard let entry = unsafe getpwnam(name) else {
        throw Failure(.usage, "there is no user “\(name)”: name one with --user, or root to remain it")
      }
      self.name = name
      id = unsafe entry.pointee.pw_uid
      group = unsafe entry.pointee.pw_gid
    }
  }

  static var isRoot: Bool { geteuid() == 0 }

  /// For good. Without root's rights the user stays who he is.
  static func drop(to user: User?) throws {
    if let user, isRoot, user.id != 0 {
      try check(tcpaudit_change_user(user.id, user.group), "becoming \(user.name)")
    }
    try check(tcpaudit_keep_net_raw(), "giving up what is not needed")
  }

  /// Gives a directory that was made for it to the user who will write there.
  static func give(_ path: String, to user: User?) {
    if let user, isRoot { _ = unsafe chown(path, user.id, user.group) }
  }

  /// Whether files can be made there.
  static func mayWrite(into path: String) -> Bool { unsafe faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0 }

  private static func check(_ result: CInt, _ what: String) throws {
    guard result != 0 else { return }
    let reason = unsafe strerror(result).map { unsafe String(cString: $0) } ?? "error \(result)"
    throw Failure(.unreadable, "\(what) failed: \(reason)")
  }
}
