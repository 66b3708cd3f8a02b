// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Validation of pods")
struct PodValidationTests {
  private static let missing = "spec.containers[0].volumeMounts[0].name: Not found: \"v\""

  private static func pod(volumes: String, container: String = "volumeMounts: [{name: v, mountPath: /data}]") -> String
  {
    "{apiVersion: v1, kind: Pod, metadata: {name: p1}, spec: {containers: [{name: c, image: i, \(container)}], "
      + "volumes: [\(volumes)]}}"
  }

  @Test(
    "Volumes",
    arguments: [
      Row("a claim (V51)", "{name: v, persistentVolumeClaim: {claimName: c1}}"),
      Row(
        "a claim without name (V51)", "{name: v, persistentVolumeClaim: {}}",
        "spec.volumes[0].persistentVolumeClaim.claimName: Required value", missing),
      Row("a volume without name (V52)", "{emptyDir: {}}", "spec.volumes[0].name: Required value", missing),
      Row(
        "a bad name (V52)", "{name: V_1, emptyDir: {}}, {name: v}",
        "spec.volumes[0].name: Invalid value: \"V_1\": a lowercase RFC 1123 label must"),
      Row("a name twice (V52)", "{name: v}, {name: v}", "spec.volumes[1].name: Duplicate value: \"v\""),
      Row("no source (V53)", "{name: v}"),
      Row(
        "two sources (V31)", "{name: v, emptyDir: {}, hostPath: {path: /a}}",
        "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type", missing),
      Row(
        "a hostPath with .. (V32)", "{name: v, hostPath: {path: /a/../b}}",
        "spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'", missing),
      Row(
        "a negative limit", "{name: v, emptyDir: {sizeLimit: -1}}", "spec.volumes[0].emptyDir.sizeLimit: Forbidden",
        missing),
      Row(
        "an ephemeral claim without template", "{name: v, ephemeral: {}}",
        "spec.volumes[0].ephemeral.volumeClaimTemplate: Required value", missing),
      Row(
        "an ephemeral claim without size",
        "{name: v, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}}",
        "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value", missing),
      Row(
        "an ephemeral claim with a name",
        "{name: v, ephemeral: {volumeClaimTemplate: {metadata: {name: a}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}}}}}",
        "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set", missing),
      Row(
        "the claim of an ephemeral volume",
        "{name: v, persistentVolumeClaim: {claimName: p1-e}}, {name: e, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}}}}}",
        "spec.volumes[0].persistentVolumeClaim.claimName: Invalid value: \"p1-e\": must not reference a PVC that gets created for an ephemeral volume"
      ),
      Row(
        "nfs without server (V34)", "{name: v, nfs: {path: /a}}", "spec.volumes[0].nfs.server: Required value", missing),
      Row("csi (V35)", "{name: v, csi: {driver: d}}"),
      Row(
        "a secret without name", "{name: v, secret: {defaultMode: 512}}",
        "spec.volumes[0].secret.secretName: Required value",
        "spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive",
        missing),
      Row(
        "a file of a secret above its volume", "{name: v, secret: {secretName: s, items: [{key: a, path: ../b}]}}",
        "spec.volumes[0].secret.items[0].path: Invalid value: \"../b\": must not contain '..'", missing),
      Row(
        "files of the pod's fields",
        "{name: v, downwardAPI: {items: [{path: a, fieldRef: {fieldPath: metadata.labels}}, {path: b, fieldRef: {fieldPath: \"metadata.labels['x']\"}}, {path: c, resourceFieldRef: {containerName: c, resource: limits.cpu}}]}}"
      ),
      Row(
        "a file of a field that pods lack",
        "{name: v, downwardAPI: {items: [{path: a, fieldRef: {fieldPath: spec.x}}]}}",
        "spec.volumes[0].downwardAPI.fieldRef.fieldPath: Invalid value: \"spec.x\": error converting fieldPath: field label not supported: spec.x",
        missing),
      Row(
        "a file of a field that cannot be one",
        "{name: v, downwardAPI: {items: [{path: a, fieldRef: {fieldPath: spec.nodeName}}]}}",
        "spec.volumes[0].downwardAPI.fieldRef.fieldPath: Unsupported value: \"spec.nodeName\": supported values: \"metadata.annotations\"",
        missing),
      Row(
        "a file of an amount without container",
        "{name: v, downwardAPI: {items: [{path: a, resourceFieldRef: {resource: limits.cpu}}]}}",
        "spec.volumes[0].downwardAPI.resourceFieldRef.containerName: Required value", missing),
      Row(
        "a file of an unknown amount",
        "{name: v, downwardAPI: {items: [{path: a, resourceFieldRef: {containerName: c, resource: limits.gpu}}]}}",
        "spec.volumes[0].downwardAPI.resourceFieldRef.resource: Unsupported value: \"limits.gpu\"", missing),
      Row(
        "a token without path that lives too short",
        "{name: v, projected: {sources: [{serviceAccountToken: {expirationSeconds: 60}}]}}",
        "spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes",
        "spec.volumes[0].projected.path: Required value", missing),
      Row(
        "two things in one projected source",
        "{name: v, projected: {sources: [{secret: {name: a}, configMap: {name: b}}]}}",
        "spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type", missing),
    ])
  func volumes(row: Row) throws {
    let verdict = try Verdict.create(Self.pod(volumes: row.text))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test(
    "Mounts and devices",
    arguments: [
      Row(
        "a mount of nothing (V52)", "volumeMounts: [{name: x, mountPath: /a}]",
        "spec.containers[0].volumeMounts[0].name: Not found: \"x\""),
      Row("no path (V52)", "volumeMounts: [{name: v}]", "spec.containers[0].volumeMounts[0].mountPath: Required value"),
      Row(
        "a path twice (V52)", "volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /a}]",
        "spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/a\": must be unique"),
      Row("a device (V54)", "volumeDevices: [{name: v, devicePath: /dev/x}]"),
      Row(
        "a device of no claim (V54)", "volumeDevices: [{name: e, devicePath: /dev/x}]",
        "spec.containers[0].volumeDevices[0].name: Invalid value: \"e\": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
      ),
      Row(
        "a device of nothing (V54)", "volumeDevices: [{name: x, devicePath: /dev/x}]",
        "spec.containers[0].volumeDevices[0].name: Not found: \"x\""),
      Row(
        "a device without path (V54)", "volumeDevices: [{name: v}]",
        "spec.containers[0].volumeDevices[0].devicePath: Required value"),
      Row(
        "a device with .. (V54)", "volumeDevices: [{name: v, devicePath: /dev/../x}]",
        "spec.containers[0].volumeDevices[0].devicePath: Invalid value: \"/dev/../x\": can not contain backsteps ('..')"
      ),
      Row(
        "a volume as both (V54)",
        "volumeMounts: [{name: v, mountPath: /a}], volumeDevices: [{name: v, devicePath: /dev/x}]",
        "spec.containers[0].volumeMounts[0].name: Invalid value: \"v\": must not already exist in volumeDevices",
        "spec.containers[0].volumeDevices[0].name: Invalid value: \"v\": must not already exist in volumeMounts"),
      Row("a subPath (V55)", "volumeMounts: [{name: v, mountPath: /a, subPath: b/c}]"),
      Row(
        "an absolute subPath (V55)", "volumeMounts: [{name: v, mountPath: /a, subPath: /b}]",
        "spec.containers[0].volumeMounts.subPath: Invalid value: \"/b\": must be a relative path"),
      Row(
        "a subPath that leads up (V55)", "volumeMounts: [{name: v, mountPath: /a, subPath: b/../../c}]",
        "spec.containers[0].volumeMounts.subPath: Invalid value: \"b/../../c\": must not contain '..'"),
      Row(
        "both subPaths (V55)", "volumeMounts: [{name: v, mountPath: /a, subPath: b, subPathExpr: c}]",
        "spec.containers[0].volumeMounts[0].subPathExpr: Invalid value: \"c\": subPathExpr and subPath are mutually exclusive"
      ),
      Row(
        "propagation to the host", "volumeMounts: [{name: v, mountPath: /a, mountPropagation: Bidirectional}]",
        "spec.containers[0].volumeMounts.mountPropagation: Forbidden"),
      Row(
        "read-only throughout, but not read-only",
        "volumeMounts: [{name: v, mountPath: /a, recursiveReadOnly: Enabled}]",
        "spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true"),
    ])
  func mounts(row: Row) throws {
    let volumes = "{name: v, persistentVolumeClaim: {claimName: c1}}, {name: e, emptyDir: {}}"
    let verdict = try Verdict.create(Self.pod(volumes: volumes, container: row.text))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test(
    "What else a pod says",
    arguments: [
      Row("no containers", "{}", "spec.containers: Required value"),
      Row(
        "a container without name and image", "{containers: [{}]}", "spec.containers[0].name: Required value",
        "spec.containers[0].image: Required value"),
      Row(
        "two containers of one name", "{containers: [{name: a, image: i}], initContainers: [{name: a, image: i}]}",
        "spec.initContainers[0].name: Duplicate value: \"a\""),
      Row(
        "an unknown restart policy", "{containers: [{name: a, image: i}], restartPolicy: Sometimes}",
        "spec.restartPolicy: Unsupported value: \"Sometimes\""),
      Row("a bad node", "{containers: [{name: a, image: i}], nodeName: A}", "spec.nodeName: Invalid value: \"A\""),
      Row(
        "a port out of range", "{containers: [{name: a, image: i, ports: [{containerPort: 70000}]}]}",
        "spec.containers[0].ports[0].containerPort: Invalid value: 70000"),
    ])
  func rest(row: Row) throws {
    let verdict = try Verdict.create("{apiVersion: v1, kind: Pod, metadata: {name: p1}, spec: \(row.text)}")
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test("A volume without source becomes an emptyDir, and a pod gets the API's defaults (V53)")
  func defaults() throws {
    let object = try Verdict.create(Self.pod(volumes: "{name: v}")).object
    #expect(object.objects("spec", "volumes") == [["name": "v", "emptyDir": [:]]])
    #expect(object.string("spec", "restartPolicy") == "Always")
    #expect(object.integer("spec", "terminationGracePeriodSeconds") == 30)
    let container = try #require(object.objects("spec", "containers").first)
    #expect(container.string("imagePullPolicy") == "Always")
    #expect(object.object("status") == ["phase": "Pending", "qosClass": "BestEffort"])
  }

  @Test(
    "An image's tag decides whether it is always pulled",
    arguments: [
      ("a", "Always"), ("a:latest", "Always"), ("a:1", "IfNotPresent"), ("host:5000/a", "Always"),
      ("host:5000/a:1", "IfNotPresent"),
      ("a@sha256:0", "IfNotPresent"),
    ])
  func pullPolicy(image: String, policy: String) throws {
    let text = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: \"\(image)\"}]}}"
    #expect(try Verdict.create(text).object.objects("spec", "containers").first?.string("imagePullPolicy") == policy)
  }

  @Test("The older name of a pod's service account says the same as the newer one")
  func serviceAccount() throws {
    for (given, name) in [
      ("serviceAccountName: a", "a"), ("serviceAccount: b", "b"), ("serviceAccountName: a, serviceAccount: b", "a"),
    ] {
      let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {\(given), containers: [{name: c, image: i}]}}"
      let spec = try #require(try Verdict.create(pod).object.object("spec"))
      #expect([spec.string("serviceAccountName"), spec.string("serviceAccount")] == [name, name])
    }
  }

  @Test("Only images and the like may change (V56)")
  func updates() throws {
    let old = Self.pod(volumes: "{name: v}")
    #expect(try Verdict.update(old.replacing("image: i", with: "image: j"), old: old).causes.isEmpty)
    let volumes = try Verdict.update(Self.pod(volumes: "{name: v, hostPath: {path: /a}}"), old: old).causes
    #expect(
      volumes.count == 1 && volumes[0].hasPrefix("spec: Forbidden: pod updates may not change fields other than "))
    let containers = try Verdict.update(
      old.replacing("containers: [", with: "containers: [{name: b, image: i}, "), old: old
    ).causes
    #expect(containers == ["spec.containers: Forbidden: pod updates may not add or remove containers"])
  }
}
