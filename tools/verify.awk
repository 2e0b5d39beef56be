# Holds the findings of `tcpaudit read --format json` against a truth file of tools/generate.
#   awk -f verify.awk TRUTH.tsv FINDINGS.json

function text(name,    place) { # the value of a string or number field
  if (!match($0, "\"" name "\":(\"[^\"]*\"|[0-9]+|null)")) return ""
  place = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
  gsub(/"/, "", place)
  return place
}

function endpoint(side) { # "side":{"address":"…","port":N
  match($0, "\"" side "\":[{]\"address\":\"[^\"]*\",\"port\":[0-9]+")
  place = substr($0, RSTART, RLENGTH)
  address = place
  sub(/^[^}]*"address":"/, "", address)
  sub(/".*/, "", address)
  sub(/.*:/, "", place)
  return address " " place
}

function complain(what, row) {
  if (++complaints <= 60) print "  " what "\t" row
}

FNR == NR {
  if ($0 ~ /^#/) next
  split($0, field, "\t")
  if (field[1] == "capture") { expected["capture"] = field[12]; next }
  key = field[4] " " field[5] " " field[6] " " field[7]
  if (field[8] > 1) key = key " " field[8]
  expected[key] = field[12]
  row[key] = field[1] " at " field[2] ", rtt " field[3] " ms, " field[4] ":" field[5] " -> " field[6] ":" field[7] \
    ", packets " field[9] " to " field[10]
  keys[++rows] = key
  next
}

/^{"type":"connection"/ {
  client = endpoint("client")
  server = endpoint("server")
  key = client " " server
  if (!(key in expected)) key = server " " client
  id = text("id")
  if (key in seen) {
    # The later incarnation has the later frame.
    if (id + 0 > seen[key] + 0) key = key " 2"
    else { seen[key " 2"] = seen[key]; of[seen[key]] = key " 2" }
  }
  if (!(key in expected)) { complain("a connection that there was not", key ", id " id); failures++ }
  seen[key] = id
  of[id] = key
}

/^{"type":"finding"/ {
  id = text("connection")
  count = ++findings[id]
  found[id, count] = text("rule")
  severity[id, count] = text("severity")
  fault[id, count] = text("at_fault")
  bytes[id, count] = text("bytes_lost") + 0
}

function check(key, id, where,    parts, part, want, total, i, j, k, hit, alternatives, wrong) {
  total = expected[key] == "-" ? 0 : split(expected[key], parts, ";")
  for (j = 1; j <= findings[id]; j++) matched[id, j] = 0
  for (i = 1; i <= total; i++) {
    split(parts[i], want, "/")
    rules[want[1]] = 1
    wanted[want[1]]++
    hit = 0
    for (j = 1; j <= findings[id] && !hit; j++) if (!matched[id, j] && found[id, j] == want[1]) hit = j
    if (!hit) {
      missed[want[1]]++
      complain("missed " parts[i] " (found: " names(id) ")", where)
      continue
    }
    matched[id, hit] = 1
    hits[want[1]]++
    if (want[3] != "any" && index("|" want[3] "|", "|" fault[id, hit] "|") == 0) {
      wrongFault[want[1]]++
      complain("wrong fault " fault[id, hit] " for " parts[i], where)
    }
    if (want[4] != "any" && want[4] + 0 != bytes[id, hit]) {
      wrongBytes[want[1]]++
      complain("wrong bytes " bytes[id, hit] " for " parts[i], where)
    }
    if (want[2] != severity[id, hit]) {
      wrongSeverity[want[1]]++
      complain("wrong severity " severity[id, hit] " for " parts[i], where)
    }
  }
  for (j = 1; j <= findings[id]; j++) {
    # A note that is not true is a wrong one as well.
    if (matched[id, j]) continue
    rules[found[id, j]] = 1
    false[found[id, j]]++
    complain("false " found[id, j] "/" severity[id, j] "/" fault[id, j] "/" bytes[id, j] " (expected: " expected[key] ")", where)
  }
}

function names(id,    j, list) {
  for (j = 1; j <= findings[id]; j++) list = list (j > 1 ? ", " : "") found[id, j]
  return list == "" ? "nothing" : list
}

END {
  for (i = 1; i <= rows; i++) {
    key = keys[i]
    if (!(key in seen)) { complain("no such connection was found", row[key]); failures++; continue }
    check(key, seen[key], row[key])
  }
  check("capture", "null", "the capture")
  if (complaints > 60) print "  … and " complaints - 60 " more"
  line = "  %-22s %8s %8s %8s %8s %8s %8s %8s %9s %8s\n"
  printf line, "rule", "expected", "found", "false", "missed", "fault", "bytes", "severity", "precision", "recall"
  for (rule in rules) order[++number] = rule
  for (i = 2; i <= number; i++)
    for (j = i; j > 1 && order[j] < order[j - 1]; j--) { swap = order[j]; order[j] = order[j - 1]; order[j - 1] = swap }
  for (i = 1; i <= number; i++) {
    rule = order[i]
    wrong = wrongFault[rule] + wrongBytes[rule] + wrongSeverity[rule]
    failures += false[rule] + missed[rule] + wrong
    claims = hits[rule] + false[rule]
    printf line, rule, wanted[rule] + 0, hits[rule] + 0, false[rule] + 0, missed[rule] + 0, wrongFault[rule] + 0, \
      wrongBytes[rule] + 0, wrongSeverity[rule] + 0, claims ? sprintf("%.3f", (hits[rule]) / claims) : "-", \
      wanted[rule] ? sprintf("%.3f", hits[rule] / wanted[rule]) : "-"
  }
  if (failures) print "  " failures " differences"
  exit failures > 0
}
