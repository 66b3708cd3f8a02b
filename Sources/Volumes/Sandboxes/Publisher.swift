// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// Mounts the volumes of one sandbox, and takes down what it mounted when something fails.
struct Publisher {
  let keeper: Keeper
  let plan: SandboxPlan
  let home: SandboxHome
  /// Where this call has mounted something, oldest first.
  private var mounted: [FilePath] = []

  init(_ keeper: Keeper, _ plan: SandboxPlan, in home: SandboxHome) {
    self.keeper = keeper
    self.plan = plan
    self.home = home
  }

  /// Mounts everything, in order.
  mutating func publish() throws(VolumeError) {
    let volumes = try home.part("volumes")
    // In a sandbox that is new nothing can be mounted, and the mount table is long.
    if !home.isNew { try takeDownWhatIsNotPlanned() }
    FaultPoint.reach("publish.directories")
    for volume in plan.request.volumes {
      try publish(volume, in: volumes)
      FaultPoint.reach("publish.bound")
    }
    guard !plan.views.isEmpty else { return }
    let containers = try home.part("containers")
    for view in plan.views {
      try show(view, in: containers, volumes: volumes)
      FaultPoint.reach("publish.viewed")
    }
  }

  /// What the kernel shows at the places of the plan.
  func published() throws(VolumeError) -> PublishedSandbox {
    let sources = plan.request.volumes.reduce(into: [:]) { $0[$1.name] = $1.source }
    let places = plan.request.volumes.map { (path(of: $0), $0.name) } + plan.views.map { (path(of: $0), $0.volume) }
    var mounts: [PublishedMount] = []
    for (place, name) in places {
      guard let entry = try attempt(home.subject, { () throws(HostError) in try keeper.host.mount(at: place) }) else {
        throw VolumeError(.failed, "\(home.subject): somebody unmounts \(place) while we mount")
      }
      var volume: VolumeID?
      if case .volume(let id) = sources[name] { volume = id }
      mounts.append(PublishedMount(path: entry.target.string, volume: volume, isReadOnly: entry.isReadOnly))
    }
    return PublishedSandbox(name: home.name, path: home.path.string, mounts: mounts.sorted { $0.path < $1.path })
  }

  /// Takes down, newest first, what this call mounted.
  func undo() {
    for path in mounted.reversed() { try? keeper.takeDown(path, of: home.subject) }
  }

  private func takeDownWhatIsNotPlanned() throws(VolumeError) {
    let planned = Set(
      plan.request.volumes.map { path(of: $0) } + plan.views.map { path(of: $0) })
    for entry in try MountTable(keeper.host).beneath(home.path) where !planned.contains(entry.target) {
      try keeper.takeDown(entry.target, of: home.subject)
    }
  }

  // MARK: Volumes

  private mutating func publish(_ volume: SandboxVolume, in volumes: Directory) throws(VolumeError) {
    let subject = "volume \(volume.name) of \(home.subject)"
    switch volume.source {
    case .volume(let id):
      let (owner, record) = try keeper.find(id)
      let options = try MountOptionRule.parse(volume.mountOptions, for: record.image?.filesystem)
      // Held until it is bound, so that nobody unstages it in between.
      let lock = try owner.lock()
      try withExtendedLifetime(lock) { () throws(VolumeError) in
        // Whoever only reads sees the volume at its old size (rule E13).
        let keeper = volume.readOnly ? keeper.leavingGrowth() : keeper
        let staged = try keeper.stage(owner, record, options: volume.mountOptions)
        try own(staged, volume, sharesFilesystem: record.storage == .directory, of: subject)
        try bind(staged, volume, in: volumes, options: options, of: subject)
      }
    case .hostPath(let path, let type):
      guard volume.mountOptions.isEmpty else {
        throw VolumeError(.invalid, "\(subject): mount options are not supported for this volume type")
      }
      let source = try SourceOpener.open(hostPath: path, type: type, of: subject)
      try bind(source, volume, in: volumes, options: MountOptions(), of: subject)
    case .local(let path):
      let source = try SourceOpener.open(local: path, of: subject)
      let options = try MountOptionRule.parse(volume.mountOptions, for: nil)
      try own(source, volume, sharesFilesystem: true, of: subject)
      try bind(source, volume, in: volumes, options: options, of: subject)
    case .scratch:
      let source = try scratch(volume.name, of: subject)
      try own(source, volume, sharesFilesystem: true, of: subject)
      try bind(source, volume, in: volumes, options: MountOptions(), of: subject)
    }
  }

  private func own(
    _ root: Directory, _ volume: SandboxVolume, sharesFilesystem: Bool, of subject: String
  ) throws(VolumeError) {
    guard let group = plan.request.fsGroup, !volume.readOnly else { return }
    try attempt(subject) { () throws(HostError) in
      try GroupOwnership(group: group, sparesHardLinks: sharesFilesystem).apply(to: root)
    }
  }

  private func scratch(_ name: String, of subject: String) throws(VolumeError) -> Directory {
    let parent = try home.part("scratch")
    return try attempt(subject) { () throws(HostError) in try parent.ensureDirectory(name, mode: 0o777) }
  }

  private mutating func bind(
    _ source: any OpenFile, _ volume: SandboxVolume, in volumes: Directory, options: MountOptions, of subject: String
  ) throws(VolumeError) {
    var options = options
    options.readOnly = options.readOnly || volume.readOnly
    options.filesystem = []
    let path = path(of: volume)
    if try isMounted(source, at: path, readOnly: options.readOnly, of: subject) { return }
    let isFile = try attempt(subject) { () throws(HostError) in try source.metadata().kind != .directory }
    let target = try MountPoint.make(volume.name, in: volumes, isFile: isFile, of: subject)
    try mount(source, at: target, path, options, of: subject)
  }

  private func path(of volume: SandboxVolume) -> FilePath { home.path.appending("volumes").appending(volume.name) }

  // MARK: Views

  private func path(of view: SandboxPlan.View) -> FilePath {
    view.mountPath.components.reduce(home.path.appending("containers").appending(view.container)) { $0.appending($1) }
  }

  private mutating func show(
    _ view: SandboxPlan.View, in containers: Directory, volumes: Directory
  ) throws(VolumeError) {
    let subject = "mount \(view.mountPath.text) of container \(view.container) of \(home.subject)"
    let volume = plan.request.volumes.first { $0.name == view.volume }
    let readOnly = view.readOnly || volume?.readOnly == true
    let source = try ViewSource(request: plan.request, readOnly: readOnly).open(view, in: volumes, of: subject)
    let path = path(of: view)
    if try isMounted(source, at: path, readOnly: readOnly, of: subject) { return }
    let isFile = try attempt(subject) { () throws(HostError) in try source.metadata().kind != .directory }
    let target = try ViewTarget.make(view, in: containers, isFile: isFile, of: subject)
    try mount(source, at: target, path, MountOptions(readOnly: readOnly), of: subject)
  }

  // MARK: Mounting

  /// Whether `path` shows `source` already, as it should; what else is mounted there is taken down.
  private func isMounted(
    _ source: any OpenFile, at path: FilePath, readOnly: Bool, of subject: String
  ) throws(VolumeError) -> Bool {
    guard let entry = try attempt(subject, { () throws(HostError) in try keeper.host.mount(at: path) }) else {
      return false
    }
    let place = try MountTable(keeper.host).place(of: try DescriptorPath.of(source))
    if place?.isShown(by: entry) == true, entry.isReadOnly == readOnly { return true }
    try keeper.takeDown(path, of: subject)
    return false
  }

  private mutating func mount(
    _ source: any OpenFile, at target: PathHandle, _ path: FilePath, _ options: MountOptions, of subject: String
  ) throws(VolumeError) {
    mounted.append(path)  // before it is, for a call can fail after its effect
    try attempt(subject) { () throws(HostError) in
      try keeper.host.bind(source, to: target, options: options)
    }
  }
}
