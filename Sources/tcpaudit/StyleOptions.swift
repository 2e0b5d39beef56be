internal import ArgumentParser
internal import Glibc
internal import Report

/// How text for people looks.
struct StyleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Colour: auto, always, never.", valueName: "when"))
  var color: ColorChoice = .auto

  /// - Parameter toTerminal: whether it goes to standard output, which may be a terminal.
  func style(toStandardOutput: Bool = true) -> Style {
    let descriptor = toStandardOutput ? STDOUT_FILENO : -1
    return Style(
      color: Terminal.wantsColor(color, descriptor),
      width: Terminal.isTerminal(descriptor) ? Terminal.width ?? 100 : 100)
  }
}
