/// The door to the loader's list of what is mapped, which Swift's view of the C library has not: dl_iterate_phdr(3).
#ifndef TCPAUDIT_STARTUP_H
#define TCPAUDIT_STARTUP_H

/// Gives back those pages of code and constants, of the program and its libraries, that are mapped so far. Half of them only a
/// start needs: relocations, symbols, tables of types, options and their help. What is needed again is mapped again, as at first.
/// (A debugger's breakpoints in code are gone with the pages: set those that are to hold behind `tcpaudit_forget_startup`.)
void tcpaudit_forget_startup(void);

#endif
