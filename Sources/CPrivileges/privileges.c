#define _GNU_SOURCE
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int tcpaudit_change_user(uid_t user, gid_t group) {
  /* What root may is kept over setuid(2), and thrown away right after it by tcpaudit_keep_rights(). */
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return errno;
  if (setgroups(0, NULL) != 0 || setgid(group) != 0 || setuid(user) != 0) return errno;
  return 0;
}

static void keep(struct __user_cap_data_struct *kept, const struct __user_cap_data_struct *has, int capability) {
  __u32 bit = has[CAP_TO_INDEX(capability)].permitted & CAP_TO_MASK(capability);
  kept[CAP_TO_INDEX(capability)].permitted |= bit;
  kept[CAP_TO_INDEX(capability)].effective |= bit;
}

int tcpaudit_keep_rights(uint32_t rights) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3], kept[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}, {0, 0, 0}};
  if (syscall(SYS_capget, &header, has) != 0) return errno;
  if (rights & TCPAUDIT_NET_RAW) keep(kept, has, CAP_NET_RAW);
  if (rights & TCPAUDIT_SYS_PTRACE) keep(kept, has, CAP_SYS_PTRACE);
  if (rights & TCPAUDIT_DAC_READ_SEARCH) keep(kept, has, CAP_DAC_READ_SEARCH);
  if (rights & TCPAUDIT_SYS_ADMIN) keep(kept, has, CAP_SYS_ADMIN);
  if (syscall(SYS_capset, &header, kept) != 0) return errno;
  /* None that is inherited comes back by running another program, nor any by running one that has it. */
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) return errno;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return 0;
}
