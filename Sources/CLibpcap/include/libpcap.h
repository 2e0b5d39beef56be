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

typedef tcpaudit_pcap *(*tcpaudit_pcap_open_dead)(int linktype, int snaplen);
typedef tcpaudit_pcap *(*tcpaudit_pcap_open_offline)(const char *path, unsigned int precision, char *error);
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
