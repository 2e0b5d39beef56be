/// What the first bytes of a frame are, as capture files number it (LINKTYPE_… of tcpdump.org).
public struct LinkType: RawRepresentable, BitwiseCopyable, Hashable, Sendable {
  /// The number of LINKTYPE_…, or a DLT_… where a file carries that instead.
  public var rawValue: UInt16

  /// Any number; what is none of those below is kept, and its frames are skipped.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// LINKTYPE_NULL: a BSD loopback's address family, 4 bytes in the order of the host that captured.
  public static var null: Self { .init(rawValue: 0) }
  /// LINKTYPE_ETHERNET: Ethernet II or IEEE 802.3, without preamble and FCS.
  public static var ethernet: Self { .init(rawValue: 1) }
  /// LINKTYPE_SLIP: 16 bytes of direction and compression (RFC 1144) before the datagram.
  public static var slip: Self { .init(rawValue: 8) }
  /// LINKTYPE_PPP: address and control (ff 03) may be there or not.
  public static var ppp: Self { .init(rawValue: 9) }
  /// LINKTYPE_FDDI: frame control and two addresses, 13 bytes, then LLC.
  public static var fddi: Self { .init(rawValue: 10) }
  /// DLT_RAW as some systems number it, and as files that skipped the translation carry it.
  public static var raw12: Self { .init(rawValue: 12) }
  /// DLT_RAW of OpenBSD, untranslated.
  public static var raw14: Self { .init(rawValue: 14) }
  /// LINKTYPE_PPP_HDLC: PPP as RFC 1662 frames it, or Cisco's HDLC.
  public static var pppSerial: Self { .init(rawValue: 50) }
  /// LINKTYPE_PPP_ETHER: begins with the PPPoE header (RFC 2516 §4), no Ethernet before it.
  public static var pppoe: Self { .init(rawValue: 51) }
  /// LINKTYPE_ATM_RFC1483: begins with LLC (RFC 2684).
  public static var atmRFC1483: Self { .init(rawValue: 100) }
  /// LINKTYPE_RAW: begins with the IP header; its first nibble is the version.
  public static var raw: Self { .init(rawValue: 101) }
  /// LINKTYPE_C_HDLC: address, control, Ethernet type, 4 bytes.
  public static var ciscoHDLC: Self { .init(rawValue: 104) }
  /// LINKTYPE_IEEE802_11: the 802.11 header itself, without a radio header.
  public static var ieee80211: Self { .init(rawValue: 105) }
  /// LINKTYPE_ATM_CLIP: classical IP over ATM (RFC 2225), behind LLC or without it.
  public static var atmCLIP: Self { .init(rawValue: 106) }
  /// LINKTYPE_LOOP: as `null`, in network order.
  public static var loop: Self { .init(rawValue: 108) }
  /// LINKTYPE_LINUX_SLL: Linux's cooked header of 16 bytes, `any` of older tools.
  public static var linuxCooked: Self { .init(rawValue: 113) }
  /// LINKTYPE_IEEE802_11_PRISM: a Prism header, then 802.11.
  public static var prism: Self { .init(rawValue: 119) }
  /// LINKTYPE_IEEE802_11_RADIOTAP: a radiotap header of any length, then 802.11.
  public static var radiotap: Self { .init(rawValue: 127) }
  /// LINKTYPE_ARCNET_LINUX: five bytes or eight, by the system code (RFC 1201).
  public static var arcnetLinux: Self { .init(rawValue: 129) }
  /// LINKTYPE_IEEE802_11_AVS: an AVS header, then 802.11.
  public static var avs: Self { .init(rawValue: 163) }
  /// LINKTYPE_JUNIPER_ETHER: "MGC" and Juniper's flags, then Ethernet or IP.
  public static var juniperEthernet: Self { .init(rawValue: 178) }
  /// LINKTYPE_PPI: per-packet information that names the type of what follows.
  public static var ppi: Self { .init(rawValue: 192) }
  /// LINKTYPE_PPP_WITH_DIR: one byte says the direction, then PPP.
  public static var pppWithDirection: Self { .init(rawValue: 204) }
  /// LINKTYPE_IPV4: begins with the IPv4 header.
  public static var ipv4: Self { .init(rawValue: 228) }
  /// LINKTYPE_IPV6: begins with the IPv6 header.
  public static var ipv6: Self { .init(rawValue: 229) }
  /// LINKTYPE_NFLOG: Netfilter's attributes, of which one is the packet.
  public static var nflog: Self { .init(rawValue: 239) }
  /// LINKTYPE_ETHERNET_MPACKET: IEEE 802.3br, 8 bytes of preamble before the frame; only whole frames are read.
  public static var ethernetMPacket: Self { .init(rawValue: 274) }
  /// LINKTYPE_LINUX_SLL2: Linux's cooked header of 20 bytes, `any` of newer tools; it names the interface.
  public static var linuxCooked2: Self { .init(rawValue: 276) }

  /// As tcpdump.org writes it, without LINKTYPE_; the number where it has no name here.
  public var name: String {
    switch rawValue {
    case 0: "NULL"
    case 1: "ETHERNET"
    case 8: "SLIP"
    case 9: "PPP"
    case 10: "FDDI"
    case 12, 14, 101: "RAW"
    case 50: "PPP_HDLC"
    case 51: "PPP_ETHER"
    case 100: "ATM_RFC1483"
    case 104: "C_HDLC"
    case 105: "IEEE802_11"
    case 106: "ATM_CLIP"
    case 108: "LOOP"
    case 113: "LINUX_SLL"
    case 119: "IEEE802_11_PRISM"
    case 127: "IEEE802_11_RADIOTAP"
    case 129: "ARCNET_LINUX"
    case 163: "IEEE802_11_AVS"
    case 178: "JUNIPER_ETHER"
    case 192: "PPI"
    case 204: "PPP_WITH_DIR"
    case 228: "IPV4"
    case 229: "IPV6"
    case 239: "NFLOG"
    case 274: "ETHERNET_MPACKET"
    case 276: "LINUX_SLL2"
    default: "\(rawValue)"
    }
  }
}
