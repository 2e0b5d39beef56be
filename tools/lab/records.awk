# What one recording tells of each socket, read from its log, its sockets and the JSON of an audit of a place's capture:
#   awk -v place=client -f records.awk -f sockets.awk LOG SOCKETS JSON
# A socket is named as its owner sees it: "ADDRESS:PORT ADDRESS:PORT".
BEGIN { own["client"] = "10.1.0.2 fd00:1::2 "; own["server"] = "10.2.0.2 fd00:2::2 " }

# client  socket 10.1.0.2:40001 10.2.0.2:2181 wrote 300 read 2000 error none unread 0 unacked 0 unsent 0
FILENAME ~ /log$/ && $2 == "socket" && $3 != "-" {
  # A socket whose connect() failed has no address of its own any more.
  split(own[$1], address, " ")
  sub(/^0\.0\.0\.0:/, address[1] ":", $3)
  sub(/^:::/, address[2] ":", $3)
  socket = $3 " " $4
  times[socket]++
  wrote[socket] += $6
  read[socket] += $8
  error[socket] = $10
  unread[socket] = $12
  unacked[socket] = $14
  unsent[socket] = $16
}

FILENAME ~ /sockets$/ {
  if ($0 ~ /^[a-z]+$/) { at = $0; next }
  # A server that listens on IPv6 for both.
  gsub(/\[::ffff:[0-9.]+\]/, "&>"); gsub(/\[::ffff:/, ""); gsub(/\]>/, "")
  gsub(/[][]/, "")
  if (at == place) kernel[$4 " " $5] = $1
  queue[$4 " " $5] = $3
  if ($1 == "TIME-WAIT") rests[$4 " " $5]
}

/^{"type":"connection"/ {
  client = side("client")
  server = side("server")
  from[value($0, "id")] = client " " server
  tell(client " " server, "client", "server")
  tell(server " " client, "server", "client")
}

/^{"type":"finding"/ && /"bytes_lost":[0-9]/ { lost[from[value($0, "connection")]] += value($0, "bytes_lost") }

# The record of the last incarnation stands for the socket, the bytes of all are added.
function tell(socket, near, far,  record) {
  record = object(near)
  if (!index(own[place], value(record, "address") " ")) return
  said[socket] = value(record, "socket_state")
  state[socket] = value($0, "state")
  silent[socket] = value(record, "packets") == 0
  sent[socket] += value(record, "payload_bytes")
  fins[socket] += value(record, "fin_packets") > 0
  lastFINs[socket] = value(record, "fin_packets")
  got[socket] += value(object(far), "payload_bytes")
  # A capture that began late or has holes counts less than there was.
  if (value(record, "syn_packets") + value(object(far), "syn_packets") == 0) partial[socket]
  if (value(record, "missing_bytes") + value(object(far), "missing_bytes") > 0) partial[socket]
}

function side(name,  record) { record = object(name); return value(record, "address") ":" value(record, "port") }

function object(name) {
  match($0, "\"" name "\":[{][^}]*")
  return substr($0, RSTART, RLENGTH)
}

function value(text, name,  found) {
  if (!match(text, "\"" name "\":(\"[^\"]*\"|[^,}]*)")) return ""
  found = substr(text, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
  gsub(/"/, "", found)
  return found
}
