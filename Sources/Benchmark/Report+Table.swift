internal import Foundation

extension Report {
  /// How a table is written.
  public enum TableStyle: Sendable {
    /// Columns of equal width, for a terminal.
    case text
    case markdown
  }

  /// A line for each row, with what the columns mean below.
  public func table(_ style: TableStyle) -> String {
    let showsEffort = rows.contains { $0.configuration.effort != nil }
    let columns = Column.all.filter { showsEffort || $0.title != "effort" }
    let cells = rows.map { row in columns.map { $0.cell(row) } }
    let lines: [String]
    switch style {
    case .text:
      let widths = columns.indices.map { index in
        ([columns[index].title] + cells.map { $0[index] }).map(\.count).max() ?? 0
      }
      func line(_ cells: [String]) -> String {
        let padded = cells.indices.map { index in
          let blank = String(repeating: " ", count: widths[index] - cells[index].count)
          return columns[index].isText ? cells[index] + blank : blank + cells[index]
        }
        // Without blanks at the end, which an editor would remove.
        return padded.joined(separator: "  ").replacing(#/ +$/#, with: "")
      }
      lines = [line(columns.map(\.title))] + cells.map(line)
    case .markdown:
      func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
      let rule = "|" + columns.map { $0.isText ? " --- |" : " ---: |" }.joined()
      lines = [line(columns.map(\.title)), rule] + cells.map(line)
    }
    return (lines + [""] + notes).joined(separator: "\n") + "\n"
  }

  private var notes: [String] {
    let meaning =
      "wall and cpu: ffmpeg's plain transcode with the same encoder settings is 1.00, more is faster; cpu: processor time, "
      + "its stages and what is added to ffmpeg's in ms a frame; MB: peak memory; foreign: cores busy with other programs."
    let disturbed = rows.contains(where: \.isDisturbed)
    let warning =
      "! More than \(Row.tolerableForeignCores) cores were busy with other programs: measure this row again on a quiet machine."
    return [setting.sentence, meaning] + (disturbed ? [warning] : [])
  }
}

/// A column of the table.
private struct Column: Sendable {
  var title: String
  /// Text begins at the left, numbers end at the right.
  var isText = false
  var cell: @Sendable (Row) -> String

  static let all: [Column] =
    [
      Column(title: "clip", isText: true) { $0.configuration.title },
      Column(title: "preset", isText: true) { $0.configuration.preset },
      Column(title: "effort", isText: true) { $0.configuration.effort ?? "" },
      Column(title: "fps") { decimal($0.semblance.framesPerSecond, 1) },
      Column(title: "ffmpeg fps") { decimal($0.ffmpeg.framesPerSecond, 1) },
      Column(title: "wall") { decimal($0.wallRatio, 2) },
      Column(title: "cpu") { decimal($0.processorRatio, 2) },
      Column(title: "added ms") { decimal($0.addedMillisecondsPerFrame, 1) },
    ]
    + Row.stages.map { stage in
      Column(title: stage) { decimal($0.stageMillisecondsPerFrame[stage] ?? 0, 1) }
    } + [
      Column(title: "MB") { megabytes($0.semblance.peakMemoryBytes) },
      Column(title: "ffmpeg MB") { megabytes($0.ffmpeg.peakMemoryBytes) },
      Column(title: "foreign") { row in
        row.foreignCores.map { decimal($0, 2) + (row.isDisturbed ? " !" : "") } ?? "unknown"
      },
    ]

  private static func megabytes(_ bytes: Int) -> String { decimal(Double(bytes) / 1e6, 0) }
}

/// A number with so many digits after the point, whatever the language.
func decimal(_ value: Double, _ digits: Int) -> String {
  let text = String(format: "%.\(digits)f", locale: Locale(identifier: "en_US_POSIX"), value)
  // What rounds to nothing has no sign.
  return text.allSatisfy({ "-0.".contains($0) }) ? text.replacing("-", with: "") : text
}
