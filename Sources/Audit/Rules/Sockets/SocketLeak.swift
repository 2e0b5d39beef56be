extension Rule {
  /// What is watched is the kernel's table, look by look: no packet shows it.
  static let socketLeak = Rule(
    id: "socket-leak", section: .sockets, severity: .error, .warning,
    title: "a process's sockets to one service that lie silent only become more: until “Too many open files”, when"
  )
}
