# A capture's byte counts held against what the applications counted and what their kernels still held when they closed or failed.
# After records.awk; prints how many sockets are alike and how many are not, then those.
END {
  for (socket in sent) {
    if (!(socket in wrote) || socket in partial) continue
    before = wrong
    closed = state[socket] == "closed"
    if (sent[socket] > wrote[socket]) complain("more on the wire than was written", sent[socket], wrote[socket])
    else if ((closed || fins[socket] == times[socket]) && sent[socket] != wrote[socket])
      complain("a FIN, and not all on the wire that was written", sent[socket], wrote[socket])
    else if (failed(socket) && times[socket] == 1 && sent[socket] != wrote[socket] - unsent[socket])
      complain("not on the wire what its kernel had sent", sent[socket], wrote[socket] - unsent[socket])
    else if (unsent[socket] ~ /^[0-9]/ && times[socket] == 1 && sent[socket] < wrote[socket] - unsent[socket])
      complain("less on the wire than its kernel had sent", sent[socket], wrote[socket] - unsent[socket])
    else if (times[socket] == 1 && queue[socket] == 0 && kernel[socket] ~ /^(ESTAB|CLOSE-WAIT)$/ && sent[socket] != wrote[socket])
      complain("all is acknowledged, and not all on the wire that was written", sent[socket], wrote[socket])
    had = read[socket] + (unread[socket] ~ /^[0-9]/ ? unread[socket] : 0)
    if (had > got[socket]) complain("its kernel had more than was on the wire", had, got[socket])
    else if (closed && !failed(socket) && read[socket] != got[socket]) complain("not read what was on the wire", read[socket], got[socket])
    if (before == wrong) alike++
  }
  for (socket in lost) {
    split(socket, end, " ")
    judge(socket, end[2] " " end[1])
  }
  printf "%d %d\n%s", alike, gsub(/\n/, "\n", wrong), wrong
}

# Bytes lost on a connection, by its two sockets.
function judge(socket, peer,  most, own) {
  if (!(socket in wrote) || !(peer in wrote)) return
  # What a silent peer has read all the same is not known from here: then it is what its sender's kernel still holds.
  most = wrote[socket] - read[peer] + wrote[peer] - read[socket]
  if (queue[socket] + queue[peer] > most) most = queue[socket] + queue[peer]
  own = socket in sent ? socket : peer
  if (lost[socket] > most) complain("more lost than was not read at the other end, or not acknowledged", lost[socket], most)
  else if (times[own] == 1 && error[own] == "ECONNRESET" && under_way(own) > 0 && lost[socket] != under_way(own))
    complain("not lost what its kernel had under way when it was reset", lost[socket], under_way(own))
  else alike++
}

# A FIN is none of the bytes.
function under_way(socket) { return unacked[socket] - unsent[socket] - (fins[socket] > 0) }

# Once it was connected.
function failed(socket) { return error[socket] != "none" && unsent[socket] ~ /^[0-9]/ && wrote[socket] }

function complain(what, found, truth) { wrong = wrong sprintf("  %s: %s: %d, %d\n", socket, what, found, truth) }
