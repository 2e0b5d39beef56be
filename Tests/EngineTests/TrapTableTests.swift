import PacketScript
import Testing

/// `docs/traps.md` names the tests of each of the 42 traps: all are there, and do what a test does.
@Suite("The table of traps")
struct TrapTableTests {
  private static let root = String(#filePath.dropLast("Tests/EngineTests/TrapTableTests.swift".count))

  struct Row: Sendable, CustomTestStringConvertible {
    var number: Int
    /// Suite's file below `Tests/`, and names of its tests.
    var tests: [(file: String, names: [String])]

    var testDescription: String { "trap \(number)" }
  }

  static let rows: [Row] = (Folder.text(root + "docs/traps.md") ?? "").split(separator: "\n").compactMap { line in
    let cells = line.split(separator: "|").map { $0.trimmingPrefix { $0 == " " } }
    guard line.hasPrefix("| "), cells.count == 3, let number = Int(cells[0].filter(\.isNumber)) else { return nil }
    let tests = cells[2].split(separator: ";").map { part in
      let words = part.matches(of: /`([A-Za-z0-9\/-]+)`/).map { String($0.1) }
      return (file: words.first ?? "", names: words.dropFirst().filter { !$0.hasPrefix("captures/") })
    }
    return Row(number: number, tests: tests)
  }

  @Test func everyTrapHasItsLine() { #expect(Self.rows.map(\.number) == Array(1...42)) }

  @Test(arguments: rows) func itsTestsAreThere(_ row: Row) throws {
    #expect(!row.tests.isEmpty)
    for (file, names) in row.tests {
      let text = try #require(Folder.text("\(Self.root)Tests/\(file).swift"), "\(file)")
      #expect(!names.isEmpty, "\(file)")
      for name in names {
        let place = try #require(text.firstRange(of: "func \(name)("), "\(file) has no \(name)")
        let since = text[..<place.lowerBound].split(separator: "func ").last ?? ""
        #expect(since.contains("@Test"), "\(file).\(name) is no test")
      }
    }
  }

  /// A test that is named after a trap is in the trap's line.
  @Test func noTestIsForgotten() throws {
    for target in Folder.names(Self.root + "Tests") {
      for name in Folder.names("\(Self.root)Tests/\(target)") where name.hasSuffix("Tests.swift") {
        let text = try #require(Folder.text("\(Self.root)Tests/\(target)/\(name)"))
        for match in text.matches(of: /@Test\(\s*"([0-9]+): [^\n]*/) {
          let row = Self.rows.first { $0.number == Int(match.1) }
          #expect(row?.tests.contains { $0.file == "\(target)/\(name.dropLast(6))" } == true, "\(name): \(match.1)")
        }
      }
    }
  }
}
