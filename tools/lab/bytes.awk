# Holds a capture's byte counts against what the applications counted:  awk -v place=client -f bytes.awk FOLDER/log CSV
# No more can be on the wire than was written, nor read than was on the wire; of a connection that both ends closed, exactly as much.
FNR == NR {
  if ($1 == place && $2 == "socket" && $3 != "-") {
    socket = $3 " " $4
    wrote[socket] += $6
    read[socket] += $8
    error[socket] = $10
  }
  next
}

FNR == 1 { split($0, name, ","); for (field in name) column[name[field]] = field; next }

{
  split($0, record, ",")
  client = value("client_address") ":" value("client_port")
  server = value("server_address") ":" value("server_port")
  add(client " " server, "client", "server")
  add(server " " client, "server", "client")
}

function value(name) { return record[column[name]] }

function add(socket, own, peer) {
  if (!(socket in wrote)) return
  sent[socket] += value(own "_payload_bytes")
  got[socket] += value(peer "_payload_bytes")
  state[socket] = value("state")
}

END {
  for (socket in state) {
    closed = state[socket] == "closed"
    if (sent[socket] > wrote[socket] || (closed && sent[socket] != wrote[socket]))
      wrong = wrong sprintf("  %s: %d bytes on the wire, %d written\n", socket, sent[socket], wrote[socket])
    else if (read[socket] > got[socket] || (closed && error[socket] == "none" && read[socket] != got[socket]))
      wrong = wrong sprintf("  %s: %d bytes on the wire, %d read\n", socket, got[socket], read[socket])
    else alike++
  }
  printf "%d %d\n%s", alike, gsub(/\n/, "\n", wrong), wrong
}
