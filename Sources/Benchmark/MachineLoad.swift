internal import Foundation

/// How busy the machine has been since it was started.
package struct MachineLoad {
  /// Processor time of all cores in which something ran, in seconds.
  package let busySeconds: Double
  private let moment = DispatchTime.now().uptimeNanoseconds

  /// Nil where there is no `/proc/stat`.
  package init?() {
    // Files there have no size, so they are read to their end.
    guard let handle = FileHandle(forReadingAtPath: "/proc/stat"), let data = try? handle.readToEnd(),
      let busy = MachineLoad.busySeconds(String(decoding: data, as: UTF8.self))
    else { return nil }
    busySeconds = busy
  }

  /// Of the text of `/proc/stat`; see proc(5).
  ///
  /// Its first line counts, in ticks, the time in user, nice, system, idle, iowait, irq, softirq and steal; guests that
  /// follow are in user already. Time that another machine on the same hardware stole is not ours either, so it counts.
  package static func busySeconds(_ text: String, ticksPerSecond: Double = ticksPerSecond) -> Double? {
    let fields = text.prefix { !$0.isNewline }.split(separator: " ")
    guard fields.first == "cpu", fields.count >= 9 else { return nil }
    let ticks = fields[1...8].compactMap { Double($0) }
    guard ticks.count == 8 else { return nil }
    return (ticks.reduce(0, +) - ticks[3] - ticks[4]) / ticksPerSecond
  }

  package static var ticksPerSecond: Double { Double(sysconf(Int32(_SC_CLK_TCK))) }

  /// How many cores were busy since `earlier` with something else than a program that took `own` seconds of them.
  package func foreignCores(since earlier: MachineLoad, own: Double) -> Double {
    let wall = Double(moment - earlier.moment) / 1e9
    return max(0, (busySeconds - earlier.busySeconds - own) / wall)
  }
}
