internal import Audit

/// One finding that is about no single connection, whole, for a screen: what happened, what proves it, what to do.
public enum FindingDetail {
  /// - Parameter width: columns that a line may take.
  public static func lines(_ record: FindingRecord, _ run: RunRecord, width: Int) -> [String] {
    var page = Page(Style(width: width))
    var text = FindingText(run: run, captureStart: nil, all: true, isBelowLadder: true)
    text.write([record], nil, to: &page)
    return lines(page)
  }

  /// What stands above a finding that no longer holds.
  public static func healing(_ summary: String, width: Int) -> [String] {
    var page = Page(Style(width: width))
    page.paragraph(Wording.sentence(summary))
    return lines(page)
  }

  private static func lines(_ page: Page) -> [String] {
    page.writer.text.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }
}
