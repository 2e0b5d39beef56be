# What the audits of damaged variants accuse of and the audit of the whole does not. A row: recording, variant, rule, severity,
# confidence, bytes lost, connection; and one that says how many variants were audited.
#   awk -v recording=NAME -f perturb.awk WHOLE.json AUDITS   (of each variant: "variant NAME", its JSON lines)

BEGIN {
  OFS = "\t"
  rank["note"] = 1; rank["warning"] = 2; rank["error"] = 3
  # One event has one finding, and damage may hide which it was: of these, the milder is not new beside the graver.
  family("end", "half-close-truncated transfer-truncated idle-killed reset-forged reset-unread reset-not-heard reset-abort half-open stalled-reader big-packets-lost acks-lost keepalive-unanswered never-heard peer-vanished fin-unacked fin-unanswered partnerless handshake-unfinished")
  family("opening", "syn-rejected syn-refused accept-overflow handshake-unfinished syn-unanswered never-heard")
}

function family(name, rules,    list, i) {
  for (i = split(rules, list, " "); i > 0; i--) families[list[i]] = families[list[i]] " " name
}

function text(name,    value) { # the value of a string or number field
  if (!match($0, "\"" name "\":(\"[^\"]*\"|[0-9]+|null)")) return ""
  value = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
  gsub(/"/, "", value)
  return value
}

function endpoint(side,    value) { # "side":{"address":"…","port":N
  match($0, "\"" side "\":[{]\"address\":\"[^\"]*\",\"port\":[0-9]+")
  value = substr($0, RSTART, RLENGTH)
  sub(/^[^}]*"address":"/, "", value)
  sub(/","port":/, ":", value)
  return value
}

# Findings have other numbers and times in a variant; addresses, ports and rule are the same. Which end is the client may be a guess.
/^{"type":"connection"/ {
  client = endpoint("client")
  server = endpoint("server")
  ends[text("id")] = client < server ? client " " server : server " " client
  next
}

# What is said of the capture accuses nobody.
!/^{"type":"finding"/ && !/^variant / && !/^ended with / { next }
/^{"type":"finding"/ {
  rule = text("rule")
  if (rule ~ /^capture-/) next
  severity = text("severity")
  id = text("connection")
  of = id in ends ? ends[id] : "-"
}

FNR == NR {
  count = split(rule families[rule], names, " ")
  for (i = 1; i <= count; i++)
    if (rank[severity] > whole[of, names[i]]) whole[of, names[i]] = rank[severity]
  told[of, rule] = 1
  # One finding for many attempts stands for each.
  if (of == "-") told[rule] = 1
  next
}

/^variant / { variant = $2; variants++; delete ends; delete seen; next }
/^ended with / { print recording, variant, "crash", "error", "certain", $3, "-"; next }

rank[severity] >= 2 && !((of, rule) in told) && !(rule in told) && !((of, rule) in seen) {
  count = split(families[rule], names, " ")
  for (i = 1; i <= count; i++) if (whole[of, names[i]] >= rank[severity]) next
  seen[of, rule] = 1
  print recording, variant, rule, severity, text("confidence"), text("bytes_lost"), of
}

END { print recording, "audited", variants + 0 }
