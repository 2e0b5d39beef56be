/// The door to the processor's own instructions for SHA-1, which Swift has not.
#ifndef TCPAUDIT_SHA1_H
#define TCPAUDIT_SHA1_H

#include <stdbool.h>
#include <stdint.h>

/// Takes a block of sixteen words into a state of five (FIPS 180-4 §6.1.2). False, and nothing is done, where the processor has none.
bool tcpaudit_sha1_block(uint32_t state[5], const uint32_t block[16]);

#endif
