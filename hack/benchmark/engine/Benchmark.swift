// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Dispatch
import Glibc
import LinuxStorage
import Volumes

/// `benchmark DIRECTORY FILESYSTEM WORKERS CYCLES`: a volume's whole life by Orlop's engine, in one process, for hack/bench; and
/// `benchmark grow …`, see ``VolumeGrowthBench``.
///
/// Prints a line of milliseconds for each cycle: the whole, create, publish, write, unpublish, delete; then `wall SECONDS` and
/// `thin KILOBYTES` of an image on the disk. One cycle before, which is not counted, makes the template.
@main
struct Benchmark {
  static func main() async throws {
    let arguments = CommandLine.arguments
    if arguments.dropFirst().first == "grow", let bench = VolumeGrowthBench(arguments.dropFirst(2)),
      let times = arguments.last.flatMap({ Int($0) })
    {
      for number in 0..<times { print(VolumeLife.milliseconds(try await bench.growth(number))) }
      return
    }
    guard arguments.count == 5, let workers = Int(arguments[3]), let cycles = Int(arguments[4]) else {
      print(
        "usage: benchmark DIRECTORY FILESYSTEM WORKERS CYCLES\n       benchmark grow DIRECTORY FILESYSTEM mounted|idle TIMES"
      )
      exit(2)
    }
    let directory = arguments[1]
    let layout = HostLayout(state: directory, pools: nil, run: directory + "/run")
    let life = VolumeLife(volumes: VolumeLifecycle(layout: layout, host: LinuxHost()), filesystem: arguments[2])
    let thin = try await life.thinKilobytes()
    let clock = ContinuousClock()
    let begin = clock.now
    let lines = try await withThrowingTaskGroup(of: [String].self) { group in
      for worker in 0..<workers {
        group.addTask {
          var lines: [String] = []
          for cycle in 0..<cycles { lines.append(try await life.cycle(id: "volume-\(worker)-\(cycle)")) }
          return lines
        }
      }
      var lines: [String] = []
      for try await some in group { lines += some }
      return lines
    }
    let wall = clock.now - begin
    for line in lines { print(line) }
    print("wall", wall / .seconds(1))
    print("thin", thin)
  }
}

/// One volume after the other, each from its creation to its deletion.
struct VolumeLife: Sendable {
  let volumes: VolumeLifecycle
  let filesystem: String

  /// The bytes on the disk of a new image, in kB.
  func thinKilobytes() async throws -> Int {
    let id = try VolumeID("thin")
    _ = try await volumes.create(request(id))
    let kilobytes = try await (volumes.usage(of: id).allocatedBytes ?? 0) / 1024
    try await volumes.delete(id)
    return Int(kilobytes)
  }

  /// The milliseconds of one volume's life, whole and by its steps.
  func cycle(id text: String) async throws -> String {
    let id = try VolumeID(text)
    let name = try SandboxName(namespace: "bench", name: text)
    let sandbox = SandboxRequest(name: name, volumes: [SandboxVolume(name: "data", source: .volume(id))])
    let clock = ContinuousClock()
    var times = [clock.now]
    _ = try await volumes.create(request(id))
    times.append(clock.now)
    let published = try await volumes.publish(sandbox)
    times.append(clock.now)
    guard let path = published.mounts.first?.path else {
      throw Failure(text: "nothing is mounted in \(published.path)")
    }
    try await Self.write(path + "/file")
    times.append(clock.now)
    try await volumes.unpublish(name)
    times.append(clock.now)
    try await volumes.delete(id)
    times.append(clock.now)
    let steps = zip(times, times.dropFirst()).map { $1 - $0 }
    return ([times[5] - times[0]] + steps).map { Self.milliseconds($0) }.joined(separator: " ")
  }

  private func request(_ id: VolumeID) throws -> VolumeRequest {
    try VolumeRequest(id: id, capacity: 400_000_000, parameters: ["fsType": filesystem])
  }

  /// Writes 4 KiB durably, on a thread that may block.
  private static func write(_ path: String) async throws {
    let failed: Int32 = await withCheckedContinuation { waiter in
      DispatchQueue.global().async {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        let bytes = [UInt8](repeating: 7, count: 4096)
        let isWritten = file >= 0 && Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        let failed = isWritten ? 0 : errno
        close(file)
        waiter.resume(returning: failed)
      }
    }
    guard failed == 0 else { throw Failure(text: "cannot write \(path): \(String(cString: strerror(failed)))") }
  }

  static func milliseconds(_ duration: Duration) -> String {
    let microseconds = Int(duration / .microseconds(1))
    let rest = String(microseconds % 1000)
    return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}

/// What went wrong.
struct Failure: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}
