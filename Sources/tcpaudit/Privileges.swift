internal import CPrivileges
internal import Glibc

/// What the process may, thrown away once the capture is open: each thread keeps what its own work needs, and no more.
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

  /// What a thread needs for its work.
  enum Need {
    /// An interface is opened again: CAP_NET_RAW.
    case capture
    /// Nothing that takes a right.
    case nothing
    /// Whose descriptors are which sockets, of processes of other users too: CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH.
    case processes
    /// The same, and other network namespaces are entered: CAP_SYS_ADMIN.
    case namespaces

    fileprivate var rights: UInt32 {
      switch self {
      case .nothing: 0
      case .capture: UInt32(TCPAUDIT_NET_RAW)
      case .processes: UInt32(TCPAUDIT_SYS_PTRACE | TCPAUDIT_DAC_READ_SEARCH)
      case .namespaces: UInt32(TCPAUDIT_SYS_ADMIN) | Need.processes.rights
      }
    }
  }

  /// What `live` needs, as setcap(8) writes it.
  static func capabilities(sockets: Bool, allNamespaces: Bool) -> String {
    "cap_net_raw" + (sockets ? ",cap_sys_ptrace,cap_dac_read_search" : "") + (allNamespaces ? ",cap_sys_admin" : "")
      + "=ep"
  }

  /// For good. Without root's rights the user stays who he is. All rights are still there, for `keep`.
  static func become(_ user: User?) throws {
    guard let user, isRoot, user.id != 0 else { return }
    try check(tcpaudit_change_user(user.id, user.group), "becoming \(user.name)")
  }

  /// For good, of the calling thread: all other rights are thrown away.
  static func keep(_ need: Need) throws { try check(tcpaudit_keep_rights(need.rights), "giving up what is not needed") }

  /// Gives an open directory that was made for it to the user who will write there: by its name another could be put in its place.
  static func give(_ directory: Int32, to user: User?) {
    if let user, isRoot { _ = fchown(directory, user.id, user.group) }
  }

  /// Whether files can be made in an open directory.
  static func mayWrite(into directory: Int32) -> Bool { unsafe faccessat(directory, ".", W_OK | X_OK, AT_EACCESS) == 0 }

  private static func check(_ result: CInt, _ what: String) throws {
    guard result != 0 else { return }
    let reason = unsafe strerror(result).map { unsafe String(cString: $0) } ?? "error \(result)"
    throw Failure(.unreadable, "\(what) failed: \(reason)")
  }
}
