# The states that a capture's connections are said to be in, held against the kernel's own table at the end of the recording. After
# records.awk; prints how many are alike, how many are not, and how many changed their state without a packet: then those that are not.
END {
  for (socket in said) {
    truth = socket in kernel ? kernel[socket] : "CLOSE"
    split(socket, end, " ")
    # Where both rest, each had closed before it heard of the other: no packet says so of a FIN that waited behind its data.
    # Who gave up in silence (ETIMEDOUT, or connect() without patience) leaves no packet that says so.
    if (truth == said[socket]) alike++
    else if (truth == "TIME-WAIT" && said[socket] == "CLOSE" && (end[2] " " end[1]) in rests) unsaid++
    # A FIN that nobody acknowledges is given up in silence, too (tcp_orphan_retries).
    else if (truth == "CLOSE" && said[socket] == "FIN-WAIT-1" && lastFINs[socket] >= 4) unsaid++
    else if (truth == "CLOSE" && error[socket] ~ /ETIMEDOUT|EINPROGRESS/) unsaid++
    # Nor does who never sent any, nor, until its next SYN would be due, whom an ICMP error ended. Of everybody else a state is to be known.
    else if (said[socket] == "UNKNOWN" && (silent[socket] || error[socket] ~ /EHOSTUNREACH|EACCES/)) unsaid++
    else { other++; examples = examples "  " socket ": " said[socket] ", the kernel: " truth "\n" }
  }
  printf "%d %d %d\n%s", alike, other, unsaid, examples
}
