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
    decimal(UInt64(clamping: date.year), digits: 4, then: "-")
    decimal(UInt64(clamping: date.month), digits: 2, then: "-")
    decimal(UInt64(clamping: date.day), digits: 2, then: "T")
    let time = UInt64(clamping: second)
    decimal(time / 3600, digits: 2, then: ":")
    decimal(time / 60 % 60, digits: 2, then: ":")
    decimal(time % 60, digits: 2, then: ".")
    decimal(UInt64(clamping: nanoseconds), digits: 9, then: "Z")
  }

  /// Nanoseconds as seconds, exact, without trailing zeros but for one decimal: `0.08012`, `350.0`.
  public mutating func seconds(_ nanoseconds: Int64) {
    if nanoseconds < 0 { byte(UInt8(ascii: "-")) }
    decimal(nanoseconds.magnitude / 1_000_000_000)
    byte(UInt8(ascii: "."))
    var fraction = nanoseconds.magnitude % 1_000_000_000
    var width = 9
    while width > 1, fraction % 10 == 0 {
      fraction /= 10
      width -= 1
    }
    decimal(fraction, width: width)
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
  let year: Int64
  let month: Int64
  let day: Int64

  /// Counted in eras of 400 years (146,097 days) that begin on 1 March, so that a leap day is the last day of its year.
  init(days: Int64) {
    let sinceEra = days + 719_468  // from 0000-03-01 to 1970-01-01
    let era = (sinceEra >= 0 ? sinceEra : sinceEra - 146_096) / 146_097
    let dayOfEra = sinceEra - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    self.days = days
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }
}
