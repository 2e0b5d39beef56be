/// The one instruction that Swift has no word for: ask for a cache line before it is needed.
/// A hint; any address is allowed, and nothing is read or written.
static inline void tcpaudit_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }
