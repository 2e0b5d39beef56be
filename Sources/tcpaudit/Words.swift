/// Small words of the commands.
enum Words {
  /// `1 finding`, `2 findings`.
  static func count(_ number: Int, _ noun: String) -> String { number == 1 ? "1 \(noun)" : "\(number) \(noun)s" }
}
