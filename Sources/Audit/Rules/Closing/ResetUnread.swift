internal import Flow

extension Rule {
  static let resetUnread = Rule(
    id: "reset-unread", section: .closing, severity: .error,
    title: "a side resets in place of FIN while it holds data that it has not read"
  ) { facts, surroundings, thresholds in
    nil
  }
}
