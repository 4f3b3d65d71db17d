internal import Foundation

extension Report {
  /// Bars of the ratios with a line where ffmpeg is, as an SVG picture that is readable on light and dark.
  public var chart: String {
    let axis = Axis(highest: rows.flatMap { [$0.wallRatio, $0.processorRatio] }.max() ?? 1)
    let height = Layout.top + Double(rows.count) * Layout.pitch + Layout.bottom
    var parts: [String] = []
    for (index, row) in rows.enumerated() {
      let y = Layout.top + Double(index) * Layout.pitch
      let disturbed = row.isDisturbed ? " (disturbed)" : ""
      parts.append(text(row.configuration.name + disturbed, x: Layout.left - 10, y: y + 16, anchor: "end"))
      parts.append(bar(row.wallRatio, axis, y: y, class: "wall"))
      parts.append(bar(row.processorRatio, axis, y: y + 12, class: "processor"))
    }
    let end = Layout.top + Double(rows.count) * Layout.pitch - 4
    let one = number(axis.x(1))
    parts.append(#"<line x1="\#(one)" y1="\#(number(Layout.top - 8))" x2="\#(one)" y2="\#(number(end))"/>"#)
    parts.append(text("ffmpeg = 1.00", x: axis.x(1), y: Layout.top - 14, anchor: "middle"))
    let legend = end + 22
    for (name, kind, x) in [("wall time", "wall", 0.0), ("processor time", "processor", 110)] {
      parts.append(
        #"<rect class="\#(kind)" x="\#(number(Layout.left + x))" y="\#(number(legend - 9))" width="10" height="10"/>"#)
      parts.append(text(name, x: Layout.left + x + 16, y: legend, anchor: "start"))
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(number(Layout.width))" height="\(number(height))" \
      viewBox="0 0 \(number(Layout.width)) \(number(height))" role="img" font-family="sans-serif" font-size="12">
      <title>Speed against ffmpeg's plain transcode</title>
      <desc>\(escaped(setting.sentence))</desc>
      <style>
      text { fill: #333 } line { stroke: #333; stroke-dasharray: 4 3 }
      .wall { fill: #2f6fb0 } .processor { fill: #9bbfe0 }
      @media (prefers-color-scheme: dark) {
      text { fill: #ddd } line { stroke: #ddd }
      .wall { fill: #6aa9e6 } .processor { fill: #3b5f82 }
      }
      </style>
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  private func bar(_ ratio: Double, _ axis: Axis, y: Double, class kind: String) -> String {
    let end = axis.x(ratio)
    let shape =
      #"<rect class="\#(kind)" x="\#(number(Layout.left))" y="\#(number(y))" width="\#(number(end - Layout.left))" height="10"/>"#
    return shape + text(decimal(ratio, 2), x: end + 5, y: y + 9, anchor: "start", size: 10)
  }

  private func text(_ words: String, x: Double, y: Double, anchor: String, size: Int? = nil) -> String {
    let font = size.map { #" font-size="\#($0)""# } ?? ""
    return
      #"<text x="\#(number(x))" y="\#(number(y))" text-anchor="\#(anchor)"\#(font)>\#(escaped(words))</text>"#
  }

  private func number(_ value: Double) -> String { decimal(value, 1).replacing(#/\.0$/#, with: "") }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}

/// Where things are, in the picture's pixels.
private enum Layout {
  static let width = 760.0
  static let left = 310.0
  static let right = 50.0
  static let top = 36.0
  static let bottom = 34.0
  /// From one row to the next.
  static let pitch = 34.0
}

/// Ratios along the picture's width, from 0.
private struct Axis {
  let highest: Double

  init(highest: Double) { self.highest = max(1.1, highest) }

  func x(_ ratio: Double) -> Double { Layout.left + (Layout.width - Layout.left - Layout.right) * ratio / highest }
}
