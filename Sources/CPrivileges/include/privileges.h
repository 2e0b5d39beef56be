/// The door to the kernel's calls about rights that take a varying number of arguments, which Swift can't make:
/// prctl(2), capget(2), capset(2).
#ifndef TCPAUDIT_PRIVILEGES_H
#define TCPAUDIT_PRIVILEGES_H

#include <stdint.h>
#include <sys/types.h>

/// Becomes another user and group, without others, and keeps what rights there are for now.
/// Returns 0, or errno. For a process with one thread.
int tcpaudit_change_user(uid_t user, gid_t group);

/// Rights, one bit each.
enum {
  TCPAUDIT_NET_RAW = 1 << 0,
  TCPAUDIT_SYS_PTRACE = 1 << 1,
  TCPAUDIT_DAC_READ_SEARCH = 1 << 2,
  TCPAUDIT_SYS_ADMIN = 1 << 3,
};

/// Throws all rights of the calling thread away but these, as far as it has them, for good: nothing that is run can bring them
/// back (no_new_privs). Threads that it starts have no more. Returns 0, or errno.
int tcpaudit_keep_rights(uint32_t rights);

#endif
