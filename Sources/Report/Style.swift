/// How text for people looks: with or without colour, and how wide.
public struct Style: Hashable, Sendable {
  /// Narrower terminals wrap what we wrote.
  public static var minimumWidth: Int { 60 }

  /// Whether tones show, as SGR sequences (ECMA-48 §8.3.117).
  public var color: Bool
  /// Columns; at least `minimumWidth`.
  public let width: Int

  /// - Parameter width: columns; what is less than `minimumWidth` is raised to it.
  public init(color: Bool = false, width: Int = 100) {
    self.color = color
    self.width = max(width, Style.minimumWidth)
  }
}

/// What a piece of text is; `Style` decides whether that shows.
enum Tone: Sendable {
  case plain, strong, faint, error, warning, note, code

  /// The parameters of SGR (ECMA-48 §8.3.117).
  var parameters: String? {
    switch self {
    case .plain: nil
    case .strong: "1"
    case .faint: "2"
    case .error: "1;31"
    case .warning: "1;33"
    case .note: "1;36"
    case .code: "36"
    }
  }
}

/// Text with one tone.
struct Toned {
  var text: String
  var tone: Tone

  init(_ text: String, _ tone: Tone = .plain) {
    self.text = text
    self.tone = tone
  }
}
