// Scripts that several suites tell.

/// SYN, SYN-ACK, ACK over 80 ms, as the client's side sees it.
public let handshake = """
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.081 C > S .

  """

/// A connection of which nothing is to be said.
public let healthy =
  handshake + """
    0.082 C > S P. 1:5
    0.162 S > C P. 1:1001 ack 5
    0.163 C > S . 5 ack 1001
    0.164 C > S F. 5 ack 1001
    0.244 S > C F. 1001 ack 6
    0.245 C > S . 6 ack 1002

    """

/// A half-closed transfer that is cut, one that is done right, and a refused attempt, all at once.
public let severalConnections = """
  host D = 10.0.0.3:40001
  host E = 10.0.0.4:40002
  host G = 10.0.0.2:9999
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.010 D > S S <mss 1460,sackOK,TS,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.081 C > S .
  0.081 C > S P. 1:5
  0.081 C > S F.
  0.090 S > D S. <mss 1460,sackOK,TS,wscale 7>
  0.091 D > S .
  0.092 D > S PF. 1:5
  0.100 E > G S
  0.101 G > E R. =0 ack 1
  0.161 S > C . ack 6
  0.162 S > C P. 1:13241/1448
  0.163 C > S R 6
  0.172 S > D . ack 6
  0.172 S > D P. 1:13241/1448
  0.250 D > S . ack 13241
  0.260 S > D F.
  0.340 D > S .
  """

/// The same without the refused one, and shorter.
public let cutAndWhole =
  severalConnections.split(separator: "\n").filter { !$0.contains("E ") && !$0.contains("host G") }
  .joined(separator: "\n").replacing("13241", with: "4345")
