# The table by rule, from expectations and audits:  == NAME, then the lines of both, for each capture.
$1 == "==" { settle(); name = $2; captures++; times = 1; next }
/^{/ { if (match($0, /"type":"finding".*"rule":"[a-z-]+"/) && match($0, /"rule":"[a-z-]+"/)) found[substr($0, RSTART + 8, RLENGTH - 9)]++; next }
/^ *#/ { next }
$1 == "connection" { times = $NF ~ /^x[0-9]+$/ ? substr($NF, 2) : 1 }
$1 == "finding" { want[$2] += times }

function settle(  rule) {
  for (rule in want) {
    expected[rule] += want[rule]
    hit[rule] += want[rule] < found[rule] ? want[rule] : found[rule]
    if (found[rule] < want[rule]) misses = misses "missed: " rule " in " name "\n"
  }
  for (rule in found) {
    hit[rule] += 0
    if (found[rule] <= want[rule]) continue
    wrongly[rule] += found[rule] - want[rule]
    misses = misses "wrongly found: " rule " in " name "\n"
  }
  delete want
  delete found
}

END {
  settle()
  printf "%-24s %8s %8s %8s %9s %8s\n", "rule", "expected", "found", "wrongly", "precision", "recall"
  for (rule in hit) {
    h = hit[rule]; w = wrongly[rule]; n = expected[rule]
    printf "%-24s %8d %8d %8d %9s %8s\n", rule, n, h, w, h + w ? sprintf("%.3f", h / (h + w)) : "-", n ? sprintf("%.3f", h / n) : "-" | "sort"
  }
  close("sort")
  printf "%d captures\n%s", captures, misses
}
