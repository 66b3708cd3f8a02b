// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine

#if canImport(Glibc)
  import Glibc
#endif

/// The user's editor, given a text to change.
struct Editor {
  /// The program and its arguments, to which the file's name is added.
  let command: [String]
  /// The file that is edited; it goes when this is ``discard()``ed.
  let file: String

  /// An editor of a new file that holds `text`, for its owner alone.
  ///
  /// The program is the first named by `ORLOP_EDITOR`, `KUBE_EDITOR`, `VISUAL` and `EDITOR`, or `vi`.
  init(_ text: String) throws {
    var command: [String] = []
    for name in ["ORLOP_EDITOR", "KUBE_EDITOR", "VISUAL", "EDITOR"] where command.isEmpty {
      let value = getenv(name).map { String(cString: $0) } ?? ""
      command = value.split(separator: " ").map(String.init)
    }
    self.command = command.isEmpty ? ["vi"] : command
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((directory + "/orlop-edit-XXXXXX.yaml").utf8CString)
    let descriptor = mkstemps(&template, 5)
    guard descriptor >= 0 else { throw Self.failure("make a file in", directory) }
    close(descriptor)
    file = template.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    try write(text)
  }

  /// Gives the file another text.
  func write(_ text: String) throws {
    guard let stream = fopen(file, "we") else { throw Self.failure("write", file) }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, stream)
    guard fclose(stream) == 0, written == bytes.count else { throw Self.failure("write", file) }
  }

  /// Runs the editor to its end, and returns what the file holds then.
  func run() throws -> String {
    var arguments = (command + [file]).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, command[0], nil, nil, &arguments, environ)
    guard code == 0 else {
      throw EngineError(
        .failed, "cannot run the editor \(command[0]): \(String(cString: strerror(code))); name another with EDITOR")
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { throw Self.failure("wait for the editor of", file) }
    }
    guard status == 0 else {
      throw EngineError(.failed, "the editor \(command[0]) failed; nothing is changed")
    }
    return try InputFile.read(file)
  }

  /// Removes the file.
  func discard() { unlink(file) }

  private static func failure(_ verb: String, _ path: String) -> EngineError {
    EngineError(.failed, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }
}
