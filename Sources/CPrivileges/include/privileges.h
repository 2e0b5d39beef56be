/// The door to the kernel's calls about rights that take a varying number of arguments, which Swift can't make:
/// prctl(2), capset(2).
#ifndef TCPAUDIT_PRIVILEGES_H
#define TCPAUDIT_PRIVILEGES_H

#include <sys/types.h>

/// Becomes another user and group, without others, and keeps what rights there are for now.
/// Returns 0, or errno. For a process with one thread.
int tcpaudit_change_user(uid_t user, gid_t group);

/// Throws all rights away but CAP_NET_RAW, for good: nothing that is run can bring them back (no_new_privs).
/// Returns 0, or errno.
int tcpaudit_keep_net_raw(void);

#endif
