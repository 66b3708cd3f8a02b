// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Bytes in short, as `df -h` shows them: powers of 1024, rounded up to what is written.
public enum ByteSize {
  private static let units = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

  /// `bytes` with one decimal below ten units and none above: `512`, `1.5Gi`, `382Mi`.
  public static func text(_ bytes: Int64) -> String {
    var unit = 0
    var scale: Double = 1
    let amount = Double(bytes.magnitude)
    while unit + 1 < units.count, (amount / scale).rounded(.up) >= 1024 {
      unit += 1
      scale *= 1024
    }
    let sign = bytes < 0 ? "-" : ""
    let tenths = (amount / scale * 10).rounded(.up)
    guard unit > 0, tenths < 100 else { return sign + "\(Int64((amount / scale).rounded(.up)))" + units[unit] }
    return sign + "\(Int64(tenths) / 10).\(Int64(tenths) % 10)" + units[unit]
  }
}
