/// Every rule that is built, in the catalogue's order.
public enum Catalogue {
  public static let rules: [Rule] = []

  public static func rule(_ id: String) -> Rule? { rules.first { $0.id == id } }

  /// The page of `tcpaudit explain`, Markdown; nil for an unknown rule.
  public static func page(_ id: String) -> String? { nil }
}
