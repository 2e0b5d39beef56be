/// Names of what differs in two values, down to the leaves, with both.
func unequalFields(_ one: Any, _ other: Any, _ name: String = "") -> [String] {
  let ours = Mirror(reflecting: one)
  let theirs = Mirror(reflecting: other)
  let ourChildren = Array(ours.children)
  let theirChildren = Array(theirs.children)
  guard !ourChildren.isEmpty, ourChildren.count == theirChildren.count else {
    return "\(one)" == "\(other)" ? [] : ["\(name): \(one) and \(other)"]
  }
  return zip(ourChildren, theirChildren).flatMap {
    unequalFields($0.value, $1.value, name + "." + ($0.label ?? ""))
  }
}
