# Holds a capture's socket states against the kernel's own table:  awk -v place=client -f sockets.awk FOLDER/sockets CSV
# Only the states of the place where it was recorded. A kernel that gave up in silence (ETIMEDOUT) leaves no packet that says so.
BEGIN { FS = ","; own["client"] = "10.1.0.2 fd00:1::2 "; own["server"] = "10.2.0.2 fd00:2::2 " }

FNR == NR {
  if ($0 ~ /^[a-z]+$/) { at = $0; next }
  # A server that listens on IPv6 for both.
  gsub(/\[::ffff:[0-9.]+\]/, "&>"); gsub(/\[::ffff:/, ""); gsub(/\]>/, "")
  split($0, word, " +")
  if (at == place) kernel[word[5] " " word[6]] = word[2]
  next
}

FNR == 1 { for (field = 1; field <= NF; field++) column[$field] = field; next }

{
  for (side = 1; side <= 2; side++) {
    near = side == 1 ? "client" : "server"
    far = side == 1 ? "server" : "client"
    if (!index(own[place], $column[near "_address"] " ")) continue
    socket = name(near) " " name(far)
    # The last incarnation is the one that the table shows.
    said[socket] = $column[near "_socket_state"]
  }
}

function name(side,  address) {
  address = $column[side "_address"]
  return (address ~ /:/ ? "[" address "]" : address) ":" $column[side "_port"]
}

END {
  for (socket in said) {
    truth = socket in kernel ? kernel[socket] : "CLOSE"
    if (truth == said[socket]) alike++
    else { other++; examples = examples "  " socket ": " said[socket] ", the kernel: " truth "\n" }
  }
  printf "%d %d\n%s", alike, other, examples
}
