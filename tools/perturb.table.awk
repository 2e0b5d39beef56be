# The table of all rows of perturb.awk, and the verdict.   awk -F '\t' -v known=FILE -f perturb.table.awk ROWS

BEGIN {
  # A line: recording, perturbation, rule, reason; * stands for anything in the first two.
  while ((getline line <known) > 0) {
    if (line ~ /^#/ || line == "") continue
    split(line, field, "\t")
    pattern[++patterns] = expression(field[1]) "\t" expression(field[2]) "\t" field[3]
  }
  form = "%-52s %-22s %4s %-22s %-8s %-9s %10s  %s\n"
}

function expression(glob) { gsub(/[.+]/, "\\\\&", glob); gsub(/[*]/, ".*", glob); return glob }

$2 == "audited" { recordings++; variants += $3; next }
{
  perturbation = $2
  sub(/[.][0-9]+$/, "", perturbation)
  seed = substr($2, length(perturbation) + 2)
  if (!rows++) printf form, "recording", "perturbation", "seed", "rule", "severity", "confidence", "bytes", "connection"
  printf form, $1, perturbation, seed, $3, $4, $5, $6, $7
  kind = $4 " " $5
  by[$3 "\t" kind]++
  of[kind]++
  if ($4 != "error" || $5 != "certain") next
  for (i = 1; i <= patterns; i++) if ($1 "\t" perturbation "\t" $3 ~ "^" pattern[i] "$") break
  if (i > patterns) failures++
  else listed++
}

END {
  if (rows) print ""
  for (name in by) { split(name, part, "\t"); printf "%-24s %-20s %6d\n", part[1], part[2], by[name] | "sort" }
  close("sort")
  printf "%d recordings, %d variants: %d accusations by damage, %d of them certain errors", recordings, variants, rows, failures + listed
  print listed ? " (" listed " known)" : ""
  exit failures > 0
}
