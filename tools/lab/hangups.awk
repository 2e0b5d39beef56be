# How the client of each connection to nginx hung up, read from the packets recorded at one place (ports, FIN, RST, length, sequence
# and ACK numbers, time, by tshark):  PORT ENDING LOST
#   closed   no RST before the server's FIN was acknowledged
#   crossed  the client's FIN, less than 20 ms (the round trip) later new data of the server, and the client's RST
#   soon     the same, up to 100 ms later: a busy host's handshake takes as long
#   late     the same, later than that: sent by who had heard of the FIN
#   behind   the client's FIN, its RST, and all that it never acknowledged had been sent before the FIN came by here
#   reset    the client's RST in place of a FIN
# LOST: bytes of the server that the client never acknowledged.
function is(flag) { return flag == 1 || flag == "True" }

$1 == 8080 {
  if ($5 && $6 + $5 > sent[$2]) {
    sent[$2] = $6 + $5
    if (fin[$2] && !after[$2]) after[$2] = $8 - fin[$2] < 0.02 ? "crossed" : $8 - fin[$2] < 0.1 ? "soon" : "late"
  }
  if (is($3)) ended[$2] = $6 + $5 + 1
  next
}

{
  ports[$1]
  if (is($4) && !($1 in ending) && !over[$1]) ending[$1] = !fin[$1] ? "reset" : after[$1] ? after[$1] : "behind"
  if (is($3) && !fin[$1]) fin[$1] = $8
  if ($7 > got[$1]) got[$1] = $7
  if (ended[$1] && $7 >= ended[$1]) over[$1] = 1
}

END { for (port in ports) print port, ending[port] ? ending[port] : "closed", (sent[port] > got[port] ? sent[port] - got[port] : 0) }
