// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Reading manifests")
struct ManifestReaderTests {
  static let claim = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      name: c1
    spec:
      accessModes: [ReadWriteOnce]
      resources:
        requests:
          storage: 400M
    """

  private func refusal(_ text: String) -> StatusError? {
    do {
      _ = try ManifestReader.read(text)
      return nil
    } catch {
      return error
    }
  }

  @Test("Several YAML documents become several manifests with their numbers and lines")
  func documents() throws {
    let text = "# only a comment\n---\n" + Self.claim + "\n---\n---\n" + Self.claim + "\n"
    let manifests = try ManifestReader.read(text)
    #expect(manifests.count == 2)
    #expect(manifests.map(\.line) == [3, 14])
    #expect(manifests[1].line(of: "spec.resources.requests") == 21)
    #expect(manifests[1].line(of: "spec.resources[storage]") == 20)
    #expect(manifests[0].kind == .persistentVolumeClaim)
  }

  @Test("JSON and lists of lists are read alike, and fields are placed")
  func lists() throws {
    let item = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}"#
    let list = "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n\(item),\n"
    let manifests = try ManifestReader.read(list + #"{"apiVersion":"v1","kind":"List","items":["# + "\n\(item)]}]}")
    #expect(manifests.map(\.line) == [2, 4])
    #expect(manifests.map(\.displayName) == ["a", "a"])
    let typed = "{\"apiVersion\":\"v1\",\"kind\":\"NamespaceList\",\"items\":[{\"metadata\":{\"name\":\"b\"}}]}"
    #expect(try ManifestReader.read(typed).first?.kind == .namespace)
  }

  @Test("A null or an empty value is not stored, and is remembered as written (V3)")
  func written() throws {
    let extra = "\n  volumeName: \"\"\n  selector: null\n  storageClassName: null\n"
    let manifest = try #require(try ManifestReader.read(Self.claim + extra).first)
    #expect(manifest.object.object("spec")?.keys == ["accessModes", "resources"])
    let written = try #require(manifest.written.object("spec"))
    #expect(written["volumeName"] == "")
    #expect(written["selector"]?.isNull == true && written["storageClassName"]?.isNull == true)
    #expect(try ManifestReader.read(Self.claim).first?.written == ManifestReader.read(Self.claim).first?.object)
  }

  @Test("An unknown field is refused with document, line and the nearest field (V3)")
  func unknownField() throws {
    let error = try #require(refusal(Self.claim + "\n---\n" + Self.claim + "\n  storageClass: fast\n"))
    #expect(error.code == 400)
    #expect(
      error.message == "PersistentVolumeClaim in version \"v1\" cannot be handled as a PersistentVolumeClaim: "
        + "strict decoding error: unknown field \"spec.storageClass\"")
    #expect(error.hint == "did you mean \"storageClassName\"?")
    #expect(error.origin == .init(document: 2, line: 20))
  }

  @Test("A spec block in a class is an unknown field (V50)")
  func classSpec() throws {
    let error = try #require(
      refusal("apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: a}\nspec:\n  provisioner: x\n"))
    #expect(error.message.contains("unknown field \"spec\""))
  }

  @Test(
    "A typo in a pod is found, however deep (V3)",
    arguments: [
      ("spec: {container: []}", "spec.container", "containers"),
      ("spec: {containers: [{name: a, volumeMount: []}]}", "spec.containers[0].volumeMount", "volumeMounts"),
      (
        "spec: {volumes: [{name: a, persistantVolumeClaim: {}}]}", "spec.volumes[0].persistantVolumeClaim",
        "persistentVolumeClaim"
      ),
      (
        "spec: {volumes: [{name: a, persistentVolumeClaim: {claimname: b}}]}",
        "spec.volumes[0].persistentVolumeClaim.claimname", "claimName"
      ),
    ])
  func podTypos(spec: String, field: String, nearest: String) throws {
    let error = try #require(refusal("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n" + spec))
    #expect(error.message.contains("unknown field \"\(field)\""))
    #expect(error.hint == "did you mean \"\(nearest)\"?")
  }

  @Test("Harmless fields of pods are kept")
  func keptFields() throws {
    let text = """
      apiVersion: v1
      kind: Pod
      metadata: {name: p}
      spec:
        affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}
        containers:
        - name: c
          image: nginx
          env: [{name: A, value: "1"}]
          ports: [{containerPort: 80}]
          livenessProbe: {httpGet: {port: 80}}
          resources: {limits: {cpu: 1}}
      """
    let pod = try #require(try ManifestReader.read(text).first?.object)
    let container = try #require(pod.objects("spec", "containers").first)
    #expect(container.object("livenessProbe", "httpGet")?.integer("port") == 80)
    #expect(container.objects("env").first?.string("value") == "1")
    #expect(pod.object("spec", "affinity", "nodeAffinity") != nil)
  }

  @Test(
    "Unquoted scalars that are no strings are refused where strings belong (V6)",
    arguments: [("y", "bool"), ("no", "bool"), ("on", "bool"), ("1", "number"), ("1.5", "number"), ("0x1F", "number")])
  func scalars(scalar: String, type: String) throws {
    let text = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  name: a\n"
    let parameters = try #require(refusal(text + "provisioner: x\nparameters:\n  a: b\n  fast.x/y: \(scalar)\n"))
    #expect(
      parameters.message.hasSuffix(
        "json: cannot unmarshal \(type) into Go struct field StorageClass.parameters of type string"))
    #expect(parameters.origin?.line == 8)
    let labels = try #require(refusal(text + "  labels:\n    a: \(scalar)\nprovisioner: x\n"))
    #expect(
      labels.message.contains("cannot unmarshal \(type) into Go struct field ObjectMeta.metadata.labels of type string")
    )
  }

  @Test("A key that comes twice is refused, in YAML and in JSON (V3)")
  func duplicates() throws {
    let yaml = try #require(refusal(Self.claim + "\n  volumeMode: Block\n  volumeMode: Block\n"))
    #expect(yaml.message.contains("\"volumeMode\" already set in map"))
    let json = try #require(
      refusal("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"a\",\n\"name\":\"b\"}}"))
    #expect(json.message.contains("duplicate field \"metadata.name\""))
    #expect(json.origin?.line == 2)
  }

  @Test(
    "A document that says not what it is gets told what is missing",
    arguments: [
      ("kind: Pod", "Object 'apiVersion' is missing", "apiVersion: v1"),
      ("apiVersion: v1", "Object 'Kind' is missing", "kind"),
      (
        "apiVersion: v1\nkind: StorageClass", "no matches for kind \"StorageClass\" in version \"v1\"",
        "storage.k8s.io/v1"
      ),
      ("apiVersion: v1\nkind: PersistantVolume", "no matches for kind", "did you mean \"PersistentVolume\"?"),
      ("apiVersion: v1\nkind: Ingress", "no matches for kind", "Orlop knows"),
      ("- a", "the document is no object", "apiVersion"),
    ])
  func unknownKinds(text: String, message: String, hint: String) throws {
    let error = try #require(refusal(text))
    #expect(error.code == 400)
    #expect(error.message.contains(message))
    #expect(error.hint?.contains(hint) == true)
  }

  @Test("Anchors, aliases and merge keys are followed")
  func anchors() throws {
    let text = """
      apiVersion: v1
      kind: Namespace
      metadata: &m
        name: a
        labels: &l {a: b, c: d}
        annotations:
          <<: *l
          c: e
      """
    let object = try #require(try ManifestReader.read(text).first?.object)
    #expect(object.stringMap("metadata", "annotations") == ["a": "b", "c": "e"])
  }

  @Test("What is empty is read as the API reads it")
  func emptyValues() throws {
    let text = """
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: a, labels: {}, creationTimestamp: null}
      spec:
        storageClassName: ""
        claimRef: {}
        mountOptions: []
        hostPath: {path: /a, type: ""}
        nfs: {readOnly: false}
      """
    let spec = try #require(try ManifestReader.read(text).first?.object.object("spec"))
    #expect(
      spec == ["claimRef": [:], "hostPath": ["path": "/a", "type": ""], "nfs": [:]])
  }

  @Test(
    "A quantity that is none is refused with what was probably meant (V13, Q1, Q2)",
    arguments: [
      ("400MB", "quantities must match the regular expression", "\"400M\""),
      ("400K", "unable to parse quantity's suffix", "\"400k\""),
      ("400 M", "quantities must match", "\"400M\""), ("1GiB", "quantities must match", "\"1Gi\""),
      ("1ki", "unable to parse", "\"1Ki\""),
      ("abc", "quantities must match", ""), ("\"\"", "quantities must match", ""), ("[1]", "quantities must match", ""),
    ])
  func quantities(text: String, message: String, hint: String) throws {
    let error = try #require(refusal(Self.claim.replacing("400M", with: text)))
    #expect(error.code == 400)
    #expect(error.message.contains("cannot be handled as a PersistentVolumeClaim: " + message))
    #expect(hint.isEmpty ? error.hint == nil : error.hint?.contains(hint) == true)
    #expect(error.origin?.line == 9)
  }

  @Test("A number is a quantity, and its notation is the API's (V13, Q9)")
  func numbers() throws {
    for (text, stored) in [
      ("1000", "1k"), ("1_000", "1k"), ("1024Mi", "1Gi"), ("1E6", "1E6"), ("0.1Gi", "107374182400m"),
    ] {
      let object = try #require(try ManifestReader.read(Self.claim.replacing("400M", with: text)).first?.object)
      let request = object.string("spec", "resources", "requests", "storage")
      #expect(request == (text == "1E6" ? "1M" : stored))
    }
  }

  @Test("JSON objects in a row are several documents, as jq writes them")
  func jsonInARow() throws {
    let item = "{\n\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"a\"}}\n"
    let manifests = try ManifestReader.read(item + "\n" + item)
    #expect(manifests.map(\.document) == [1, 2])
    #expect(manifests.map(\.line) == [1, 4])
    #expect(manifests.map { $0.line(of: "metadata.name") } == [2, 5])
    let error = refusal(item + item.replacing("metadata", with: "metadate"))
    #expect(error?.origin == .init(document: 2, line: 4))
    #expect(error?.hint == "did you mean \"metadata\"?")
    #expect(try ManifestReader.read(item + "---\n" + item).count == 2)
  }

  @Test("A byte order mark and the line ends of Windows do no harm")
  func windows() throws {
    let text = "\u{feff}" + Self.claim.replacing("\n", with: "\r\n") + "\r\n---\r\n" + Self.claim
    #expect(try ManifestReader.read(text).map(\.line) == [1, 11])
    let joined = Self.claim + "\n---\n\u{feff}" + Self.claim + "\n\u{feff}---\n" + Self.claim
    #expect(try ManifestReader.read(joined).count == 3)
    #expect(try ManifestReader.read("\u{feff}{\"apiVersion\":\"v1\",\"kind\":\"Namespace\"}").count == 1)
  }

  @Test("Unchecked reading keeps everything as it stands")
  func unchecked() throws {
    let manifest = try #require(try ManifestReader.readUnchecked("kind: X\nfoo: {a: null}\n").first)
    #expect(manifest.object == ["kind": "X", "foo": ["a": .null]])
  }
}
