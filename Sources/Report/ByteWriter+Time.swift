public import Wire

extension ByteWriter {
  /// RFC 3339 in UTC with nine decimals: `2026-11-22T10:00:00.000000123Z`.
  public mutating func time(_ time: Timestamp) {
    var seconds = time.nanoseconds / 1_000_000_000
    var nanoseconds = time.nanoseconds % 1_000_000_000
    if nanoseconds < 0 {
      nanoseconds += 1_000_000_000
      seconds -= 1
    }
    var days = seconds / 86_400
    var second = seconds % 86_400
    if second < 0 {
      second += 86_400
      days -= 1
    }
    if date.days != days { date = CivilDate(days: days) }
    bytes(date.text)
    let time = UInt64(clamping: second)
    twoDigits(time / 3600, then: ":")
    twoDigits(time / 60 % 60, then: ":")
    twoDigits(time % 60, then: ".")
    decimals(UInt64(clamping: nanoseconds), trimmed: false)
    byte(UInt8(ascii: "Z"))
  }

  /// Nanoseconds as seconds, exact, without trailing zeros but for one decimal: `0.08012`, `350.0`.
  public mutating func seconds(_ nanoseconds: Int64) {
    if nanoseconds < 0 { byte(UInt8(ascii: "-")) }
    decimal(nanoseconds.magnitude / 1_000_000_000)
    byte(UInt8(ascii: "."))
    decimals(nanoseconds.magnitude % 1_000_000_000, trimmed: true)
  }

  /// A ratio of 0 … 1 with at most nine decimals, in the same manner.
  public mutating func ratio(_ value: Double) {
    seconds(value.isNaN ? 0 : Int64((min(max(value, 0), 1) * 1_000_000_000).rounded()))
  }
}

/// A date of the proleptic Gregorian calendar.
struct CivilDate {
  /// Since 1970-01-01.
  let days: Int64
  /// `2026-11-22T`: kept, as most times are of one day.
  let text: InlineArray<11, UInt8>

  /// Counted in eras of 400 years (146,097 days) that begin on 1 March, so that a leap day is the last day of its year.
  init(days: Int64) {
    let sinceEra = days + 719_468  // from 0000-03-01 to 1970-01-01
    let era = (sinceEra >= 0 ? sinceEra : sinceEra - 146_096) / 146_097
    let dayOfEra = sinceEra - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func digit(_ value: Int64) -> UInt8 { UInt8(ascii: "0") + UInt8(clamping: value % 10) }
    let dash = UInt8(ascii: "-")
    self.days = days
    text = [
      digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), dash, digit(month / 10), digit(month), dash,
      digit(day / 10), digit(day), UInt8(ascii: "T"),
    ]
  }
}
