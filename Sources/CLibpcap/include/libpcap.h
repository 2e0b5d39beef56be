/// The door to libpcap, opened at run time: what is not needed is not loaded, and nothing of it is needed to build.
///
/// These are the shapes of libpcap's own interface (pcap.h, bpf.h), which it has kept for decades, as types of the
/// functions that dlsym finds.
#ifndef TCPAUDIT_LIBPCAP_H
#define TCPAUDIT_LIBPCAP_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>

#define TCPAUDIT_PCAP_ERRBUF_SIZE 256
#define TCPAUDIT_PCAP_TSTAMP_PRECISION_NANO 1
#define TCPAUDIT_PCAP_NETMASK_UNKNOWN 0xffffffffu
#define TCPAUDIT_PCAP_IF_LOOPBACK 1u
#define TCPAUDIT_PCAP_IF_UP 2u
#define TCPAUDIT_PCAP_IF_RUNNING 4u

typedef struct tcpaudit_pcap tcpaudit_pcap;

struct tcpaudit_bpf_program {
  unsigned int length;
  void *instructions;
};

struct tcpaudit_pcap_header {
  struct timeval time; /* nanoseconds in tv_usec where that precision was asked for */
  uint32_t captured;
  uint32_t length;
};

struct tcpaudit_pcap_address {
  struct tcpaudit_pcap_address *next;
  struct sockaddr *address;
  struct sockaddr *netmask;
  struct sockaddr *broadcast;
  struct sockaddr *destination;
};

struct tcpaudit_pcap_interface {
  struct tcpaudit_pcap_interface *next;
  char *name;
  char *description;
  struct tcpaudit_pcap_address *addresses;
  uint32_t flags;
};

/* Capturing: what pcap_activate and pcap_next_ex return beside success. */
#define TCPAUDIT_PCAP_ERROR_NO_SUCH_DEVICE -5
#define TCPAUDIT_PCAP_ERROR_PERM_DENIED -8
#define TCPAUDIT_PCAP_ERROR_IFACE_NOT_UP -9
#define TCPAUDIT_PCAP_ERROR_CANTSET_TSTAMP_TYPE -10
#define TCPAUDIT_PCAP_ERROR_PROMISC_PERM_DENIED -11

struct tcpaudit_pcap_stat {
  unsigned int received;
  unsigned int dropped;
  unsigned int interface_dropped;
};

typedef tcpaudit_pcap *(*tcpaudit_pcap_create)(const char *interface, char *error);
typedef int (*tcpaudit_pcap_set)(tcpaudit_pcap *, int value);
typedef int (*tcpaudit_pcap_set_nonblock)(tcpaudit_pcap *, int nonblock, char *error);
typedef int (*tcpaudit_pcap_set_filter)(tcpaudit_pcap *, struct tcpaudit_bpf_program *);
typedef int (*tcpaudit_pcap_stats)(tcpaudit_pcap *, struct tcpaudit_pcap_stat *);
typedef const char *(*tcpaudit_pcap_status)(int);
typedef int (*tcpaudit_pcap_timestamp_types)(tcpaudit_pcap *, int **types);
typedef void (*tcpaudit_pcap_free_timestamp_types)(int *types);
typedef int (*tcpaudit_pcap_timestamp_type)(const char *name);
typedef const char *(*tcpaudit_pcap_timestamp_name)(int type);

typedef tcpaudit_pcap *(*tcpaudit_pcap_open_dead)(int linktype, int snaplen);
typedef tcpaudit_pcap *(*tcpaudit_pcap_open_offline)(const char *path, unsigned int precision, char *error);
typedef void (*tcpaudit_pcap_handler)(uint8_t *context, const struct tcpaudit_pcap_header *, const uint8_t *);
typedef int (*tcpaudit_pcap_dispatch)(tcpaudit_pcap *, int most, tcpaudit_pcap_handler, uint8_t *context);
typedef int (*tcpaudit_pcap_next)(tcpaudit_pcap *, struct tcpaudit_pcap_header **, const uint8_t **);
typedef int (*tcpaudit_pcap_integer)(tcpaudit_pcap *);
typedef char *(*tcpaudit_pcap_error)(tcpaudit_pcap *);
typedef void (*tcpaudit_pcap_close)(tcpaudit_pcap *);
typedef int (*tcpaudit_pcap_compile)(
    tcpaudit_pcap *, struct tcpaudit_bpf_program *, const char *filter, int optimize, uint32_t netmask);
typedef void (*tcpaudit_pcap_freecode)(struct tcpaudit_bpf_program *);
typedef int (*tcpaudit_pcap_run)(
    const struct tcpaudit_bpf_program *, const struct tcpaudit_pcap_header *, const uint8_t *);
typedef int (*tcpaudit_pcap_interfaces)(struct tcpaudit_pcap_interface **, char *error);
typedef void (*tcpaudit_pcap_free_interfaces)(struct tcpaudit_pcap_interface *);

#endif
