# The table of all rows of matrix.awk, and the verdict.   awk -F '\t' -v known=FILE -f matrix.table.awk ROWS

BEGIN {
  # A line: story, case, verdict and rule, reason; * stands for anything in the first two.
  while ((getline line <known) > 0) {
    if (line ~ /^#/ || line == "") continue
    split(line, field, "\t")
    pattern[++patterns] = expression(field[1]) "\t" expression(field[2]) "\t" expression(field[3])
  }
  form = "%1s %-28s %-44s %-9s %-22s %-8s %-9s %s\n"
}

function expression(glob) { gsub(/[.+]/, "\\\\&", glob); gsub(/[*]/, ".*", glob); return glob }

$2 == "audited" { stories++; cases += $3; next }
{
  if (!rows++) printf form, "", "story", "case", "verdict", "rule", "severity", "confidence", "suspects"
  for (i = 1; i <= patterns; i++) if ($1 "\t" $2 "\t" $3 " " $4 ~ "^" pattern[i] "$") break
  isKnown = i <= patterns
  printf form, isKnown ? "" : "*", $1, $2, $3, $4, $5, $6, $7
  if (isKnown) listed++
  else failures++
}

END {
  if (rows) print ""
  printf "%d stories, %d captures: %d rows", stories, cases, rows
  print listed ? " (" listed " known)" : ""
  exit failures > 0
}
