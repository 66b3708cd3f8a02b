// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import Testing

@Suite struct UsageTests {
  private let screen = Terminal(isTerminal: true, width: 100, environment: [:])
  private let pool = UsageTable.Pool(
    name: "default", path: "/var/lib/orlop/pools/default", size: 100 << 30, available: 20 << 30, promised: 3 << 29,
    volumes: 3)

  @Test(
    "Sizes are short and never too small",
    arguments: [
      (0, "0"), (512, "512"), (1023, "1023"), (1024, "1.0Ki"), (1025, "1.1Ki"), (10 * 1024, "10Ki"),
      (400_000_000, "382Mi"),
      (1 << 30, "1.0Gi"), (3 << 29, "1.5Gi"), ((1 << 30) - 1, "1.0Gi"), (-2048, "-2.0Ki"), (.max, "8.0Ei"),
    ] as [(Int64, String)]) func sizes(bytes: Int64, text: String)
  {
    #expect(ByteSize.text(bytes) == text)
  }

  @Test(
    "Bars are exact to an eighth of a cell",
    arguments: [
      (0, "░░░░"), (1, "████"), (0.5, "██░░"), (0.375, "█▌░░"), (0.03, "▏░░░"), (2, "████"), (-1, "░░░░"),
      (.nan, "░░░░"),
    ] as [(Double, String)]) func bars(share: Double, text: String)
  {
    #expect(Bar.text(share, cells: 4) == text)
  }

  @Test("Pools in a pipe are plain") func pools() {
    #expect(
      UsageTable.text(pools: [pool], on: .none)
        == lines(
          """
          POOL      SIZE    USED   AVAIL   USE%   PROMISED   VOLUMES   PATH
          default   100Gi   80Gi   20Gi    80%    1.5Gi      3         /var/lib/orlop/pools/default
          """))
  }

  @Test("On a terminal there are bars, and colours unless they are unwanted") func terminal() {
    #expect(UsageTable.text(pools: [pool], on: screen).hasSuffix("   \u{1b}[33m████████░░\u{1b}[0m\n"))
    let plain = Terminal(isTerminal: true, environment: ["NO_COLOR": "1"])
    #expect(UsageTable.text(pools: [pool], on: plain).hasSuffix("/default   ████████░░\n"))
    #expect(!Terminal(isTerminal: true, environment: ["TERM": "dumb"]).hasColours)
    #expect(!Terminal(isTerminal: false, environment: [:]).hasColours)
  }

  @Test("Of a pool without its marker nothing is known but its place; the problem is told apart") func badPool() {
    let bad = UsageTable.Pool(
      name: "fast", path: "/pools/fast", size: 0, available: 0, promised: 0, volumes: 0,
      problem: "pool fast: pool.json is missing")
    #expect(
      UsageTable.text(pools: [bad], on: .none)
        == lines(
          """
          POOL   SIZE   USED   AVAIL   USE%   PROMISED   VOLUMES   PATH
          fast   -      -      -       -      -          -         /pools/fast
          """))
    #expect(UsageTable.problems(pools: [pool, bad], volumes: []) == ["pool fast: pool.json is missing"])
  }

  @Test("Volumes that are not mounted have no usage, and problems are told apart") func volumes() {
    let volumes = [
      UsageTable.Volume(
        id: "pvc-1", pool: "default", storage: "image (ext3)", size: 400_000_000, allocated: 1_500_000, used: 4096,
        available: 400_000_000, users: ["default/web"]),
      UsageTable.Volume(
        id: "pvc-2", pool: "default", storage: "image (ext4)", size: 1 << 30, allocated: 0, problem: "its image is gone"
      ),
    ]
    #expect(
      UsageTable.text(volumes: volumes, on: .none)
        == lines(
          """
          VOLUME   POOL      STORAGE        SIZE    ALLOCATED   USED    AVAIL   USE%   USED BY
          pvc-1    default   image (ext3)   382Mi   1.5Mi       4.0Ki   382Mi   1%     default/web
          pvc-2    default   image (ext4)   1.0Gi   0           -       -       -      <none>
          """))
    #expect(UsageTable.problems(pools: [], volumes: volumes) == ["volume pvc-2: its image is gone"])
  }

  @Test("A progress line writes over itself, and nothing into a pipe") func progress() {
    var line = ProgressLine(on: screen)
    let text = "1 of 2 claims bound"
    #expect(line.update(text, done: 1, of: 2) == "\r\u{1b}[K██████████░░░░░░░░░░ 1 of 2 claims bound")
    #expect(line.update(text, done: 1, of: 2) == "")
    #expect(line.clear() == "\r\u{1b}[K")
    #expect(line.clear() == "")
    #expect(line.update(String(repeating: "x", count: 200), done: 1, of: 2).count == 4 + 99)
    var silent = ProgressLine(on: .none)
    #expect(silent.update(text, done: 1, of: 2) == "")
  }
}
