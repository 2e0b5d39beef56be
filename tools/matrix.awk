# What the audits of one story say that is not so, and do not say that is. A row: story, case, verdict, rule, severity, confidence, whom it
# suspects; and one that says how many cases were audited.
#   awk -F '\t' -v story=NAME -f matrix.awk EXPECTED AUDITS   (of each capture: "case NAME", its JSON lines)

BEGIN { OFS = "\t" }

function text(name,    value) { # the value of a string or number field
  if (!match($0, "\"" name "\":(\"[^\"]*\"|[0-9]+|null)")) return ""
  value = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
  gsub(/"/, "", value)
  return value
}

# Which of the two that is, by its address: whom the audit takes for the client may be a guess.
function role(name) {
  if (name != "client" && name != "server") return name
  return (name == "client") == (id in swapped) ? (acting == "client" ? "b" : "a") : (acting == "client" ? "a" : "b")
}

function person(name) { # of the table of expectations
  if (name != "client" && name != "server") return name
  return acting == name ? "a" : "b"
}

function finish(    i, rules, count, place) {
  if (label == "" || guilty == "" || view != "whole" || missing == "-") return
  count = split(missing, rules, " ")
  for (i = 1; i <= count; i++) if (rules[i] in told) return
  count = split(places, rules, " ")
  for (i = 1; i <= count; i++) {
    place = person(rules[i])
    if (place == tap) { print story, label, "missed", missing, "-", "-", "-"; return }
  }
}

FNR == NR {
  if ($1 == story) { guilty = $2; places = $3; missing = $4 }
  next
}

/^case / {
  finish()
  label = substr($0, 6)
  split(label, part, ".")
  acting = part[1]
  tap = part[4] == "middle" ? "m" : part[4]
  view = part[5]
  cases++
  delete swapped
  delete told
  delete seen
  next
}

/^ended with / { print story, label, "crash", "ended-with-" substr($0, 12), "error", "certain", "-"; next }

/^{"type":"connection"/ {
  # The simulated client is 10.1.0.2.
  if ($0 !~ /"client":[{]"address":"10[.]1[.]0[.]2"/) swapped[text("id")] = 1
  next
}

!/^{"type":"finding"/ { next }
{
  rule = text("rule")
  severity = text("severity")
  # What is said of the capture accuses nobody.
  if (rule ~ /^capture-/) next
  told[rule] = 1
  if (severity == "note") next
  id = text("connection")
  confidence = text("confidence")
  list = $0
  sub(/.*"suspects":\[/, "", list)
  sub(/\].*/, "", list)
  gsub(/"/, "", list)
  count = split(list, names, ",")
  suspects = ""
  isThere = 0
  for (i = 1; i <= count; i++) {
    suspects = suspects (i > 1 ? "," : "") role(names[i])
    for (j = split(guilty, persons, " "); j > 0; j--) if (role(names[i]) == person(persons[j])) isThere = 1
  }
  if (guilty == "") verdict = "accused"
  else if (count > 0 && !isThere && confidence != "possible") verdict = "innocent"
  else next
  if ((rule, severity, confidence, suspects) in seen) next
  seen[rule, severity, confidence, suspects] = 1
  print story, label, verdict, rule, severity, confidence, suspects
}

END { finish(); print story, "audited", cases + 0 }
