/// The one call that Swift's view of the C library has not: the calling thread, and it alone, moves into another network namespace.
/// 0, or -1 and errno (setns(2)).
int tcpaudit_enter_network_namespace(int descriptor);
