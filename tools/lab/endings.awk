# How the server of each connection ended its answer, read from the packets (ports, FIN, RST, length, sequence and ACK numbers, by tshark):
#   whole    no RST; one after the client had acknowledged the server's FIN; or, of a client that had sent its own FIN, one while that
#            acknowledgment was under way: all had arrived
#   cut      a RST before that, and some of the answer had been sent after the client's FIN
#   behind   a RST before that, behind the server's FIN, and no FIN of the client
#   another  another race
# and how many bytes of it nobody has ever acknowledged.
function is(flag) { return flag == 1 || flag == "True" }

$1 == 2181 {
  if ($5 && $6 + $5 > sent[$2]) sent[$2] = $6 + $5
  if (is($4) && !($2 in ending)) ending[$2] = acked[$2] ? "whole" : late[$2] ? "cut" : fin[$2] && !half[$2] ? "behind" : "another"
  if (is($3)) fin[$2] = $6 + $5 + 1
  if ($5 && half[$2]) late[$2] = 1
  next
}

{
  ports[$1]
  if ($7 > got[$1]) got[$1] = $7
  if (fin[$1] && $7 >= fin[$1]) {
    # The ACK was under way when the RST was sent.
    if (ending[$1] == "cut") ending[$1] = "whole"
    if (ending[$1] == "behind") ending[$1] = "another"
    acked[$1] = 1
  }
  if (is($3)) half[$1] = 1
}

END { for (port in ports) print port, ending[port] ? ending[port] : "whole", (sent[port] > got[port] ? sent[port] - got[port] : 0) }
