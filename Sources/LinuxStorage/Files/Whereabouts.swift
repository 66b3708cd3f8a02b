// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import SystemPackage

/// Where a file was opened, put together only when somebody asks: most of these paths are for messages that are never written.
indirect enum Whereabouts: Sendable {
  /// A root, by its path.
  case root(FilePath)
  /// What is at the relative path `name` beneath a directory.
  case beneath(Whereabouts, name: String)

  /// The whole path.
  var path: FilePath {
    switch self {
    case .root(let path): path
    case .beneath(let parent, let name): parent.path.beneath(name)
    }
  }
}
