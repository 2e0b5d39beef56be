import PacketScript

/// A half-closed transfer that is cut, and one that is done right beside it.
let cutAndWhole = """
  host D = 10.0.0.3:40001
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.010 D > S S <mss 1460,sackOK,TS,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.081 C > S .
  0.081 C > S P. 1:5
  0.081 C > S F.
  0.090 S > D S. <mss 1460,sackOK,TS,wscale 7>
  0.091 D > S .
  0.092 D > S PF. 1:5
  0.161 S > C . ack 6
  0.162 S > C P. 1:4345/1448
  0.163 C > S R 6
  0.172 S > D . ack 6
  0.172 S > D P. 1:4345/1448
  0.250 D > S . ack 4345
  0.260 S > D F.
  0.340 D > S .
  """

/// A connection of which nothing is to be said.
let healthy = """
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.081 C > S .
  0.082 C > S P. 1:5
  0.162 S > C P. 1:1001 ack 5
  0.163 C > S . 5 ack 1001
  0.164 C > S F. 5 ack 1001
  0.244 S > C F. 1001 ack 6
  0.245 C > S . 6 ack 1002
  """

extension Folder {
  /// A capture of a script; without `ending` a classic pcap.
  func capture(_ script: String, _ name: String = "capture.pcap") throws -> String {
    let script = try PacketScript.parse(script)
    return file(name, name.hasSuffix(".pcapng") ? script.pcapng() : script.pcap())
  }
}
