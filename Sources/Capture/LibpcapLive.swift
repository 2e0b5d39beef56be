internal import CLibpcap
internal import Glibc

/// What of libpcap only a live capture needs, loaded when there is one.
///
/// Why the unsafe lines hold: as of `Libpcap`: dlsym gives the address of the function that libpcap documents under that
/// name, and the library is never unloaded.
@safe struct LibpcapLive: @unchecked Sendable {
  let create: tcpaudit_pcap_create
  let setSnaplen: tcpaudit_pcap_set
  let setPromiscuous: tcpaudit_pcap_set
  let setTimeout: tcpaudit_pcap_set
  let setBufferSize: tcpaudit_pcap_set
  let setPrecision: tcpaudit_pcap_set
  let setTimestampType: tcpaudit_pcap_set
  let activate: tcpaudit_pcap_integer
  let setNonblock: tcpaudit_pcap_set_nonblock
  let descriptor: tcpaudit_pcap_integer
  let setDataLink: tcpaudit_pcap_set
  let setFilter: tcpaudit_pcap_set_filter
  let dispatch: tcpaudit_pcap_dispatch
  let statistics: tcpaudit_pcap_stats
  let status: tcpaudit_pcap_status
  let timestampTypes: tcpaudit_pcap_timestamp_types
  let freeTimestampTypes: tcpaudit_pcap_free_timestamp_types
  let timestampType: tcpaudit_pcap_timestamp_type
  let timestampName: tcpaudit_pcap_timestamp_name

  /// nil where no libpcap is installed, or one from before 1.5 (2013).
  init?() {
    guard let library = unsafe Libpcap.library(),
      let create = unsafe dlsym(library, "pcap_create"),
      let setSnaplen = unsafe dlsym(library, "pcap_set_snaplen"),
      let setPromiscuous = unsafe dlsym(library, "pcap_set_promisc"),
      let setTimeout = unsafe dlsym(library, "pcap_set_timeout"),
      let setBufferSize = unsafe dlsym(library, "pcap_set_buffer_size"),
      let setPrecision = unsafe dlsym(library, "pcap_set_tstamp_precision"),
      let setTimestampType = unsafe dlsym(library, "pcap_set_tstamp_type"),
      let activate = unsafe dlsym(library, "pcap_activate"),
      let setNonblock = unsafe dlsym(library, "pcap_setnonblock"),
      let descriptor = unsafe dlsym(library, "pcap_get_selectable_fd"),
      let setDataLink = unsafe dlsym(library, "pcap_set_datalink"),
      let setFilter = unsafe dlsym(library, "pcap_setfilter"),
      let dispatch = unsafe dlsym(library, "pcap_dispatch"),
      let statistics = unsafe dlsym(library, "pcap_stats"),
      let status = unsafe dlsym(library, "pcap_statustostr"),
      let timestampTypes = unsafe dlsym(library, "pcap_list_tstamp_types"),
      let freeTimestampTypes = unsafe dlsym(library, "pcap_free_tstamp_types"),
      let timestampType = unsafe dlsym(library, "pcap_tstamp_type_name_to_val"),
      let timestampName = unsafe dlsym(library, "pcap_tstamp_type_val_to_name")
    else { return nil }
    unsafe self.create = unsafeBitCast(create, to: tcpaudit_pcap_create.self)
    unsafe self.setSnaplen = unsafeBitCast(setSnaplen, to: tcpaudit_pcap_set.self)
    unsafe self.setPromiscuous = unsafeBitCast(setPromiscuous, to: tcpaudit_pcap_set.self)
    unsafe self.setTimeout = unsafeBitCast(setTimeout, to: tcpaudit_pcap_set.self)
    unsafe self.setBufferSize = unsafeBitCast(setBufferSize, to: tcpaudit_pcap_set.self)
    unsafe self.setPrecision = unsafeBitCast(setPrecision, to: tcpaudit_pcap_set.self)
    unsafe self.setTimestampType = unsafeBitCast(setTimestampType, to: tcpaudit_pcap_set.self)
    unsafe self.activate = unsafeBitCast(activate, to: tcpaudit_pcap_integer.self)
    unsafe self.setNonblock = unsafeBitCast(setNonblock, to: tcpaudit_pcap_set_nonblock.self)
    unsafe self.descriptor = unsafeBitCast(descriptor, to: tcpaudit_pcap_integer.self)
    unsafe self.setDataLink = unsafeBitCast(setDataLink, to: tcpaudit_pcap_set.self)
    unsafe self.setFilter = unsafeBitCast(setFilter, to: tcpaudit_pcap_set_filter.self)
    unsafe self.dispatch = unsafeBitCast(dispatch, to: tcpaudit_pcap_dispatch.self)
    unsafe self.statistics = unsafeBitCast(statistics, to: tcpaudit_pcap_stats.self)
    unsafe self.status = unsafeBitCast(status, to: tcpaudit_pcap_status.self)
    unsafe self.timestampTypes = unsafeBitCast(timestampTypes, to: tcpaudit_pcap_timestamp_types.self)
    unsafe self.freeTimestampTypes = unsafeBitCast(freeTimestampTypes, to: tcpaudit_pcap_free_timestamp_types.self)
    unsafe self.timestampType = unsafeBitCast(timestampType, to: tcpaudit_pcap_timestamp_type.self)
    unsafe self.timestampName = unsafeBitCast(timestampName, to: tcpaudit_pcap_timestamp_name.self)
  }
}
