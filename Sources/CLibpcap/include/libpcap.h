/// The door to libpcap, opened at run time: what is not needed is not loaded. Its owner fills it.
