#include "libpcap.h"
