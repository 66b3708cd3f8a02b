// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

@Suite struct OtherTableTests {
  private let pod = #"""
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1", "namespace": "default"},
     "spec": {"nodeName": "node1", "containers": [{"name": "c", "image": "busybox"}]},
     "status": {"phase": "Running", "conditions": [{"type": "VolumesReady", "status": "True"}]}}
    """#

  @Test("A pod whose volumes are ready is ready, though no container runs") func podTable() throws {
    #expect(
      table(.pod, [try object(pod)]) { $0.isWide = true }
        == lines(
          """
          NAME    READY   STATUS    RESTARTS   AGE   IP       NODE    NOMINATED NODE   READINESS GATES
          web-1   1/1     Running   0          61s   <none>   node1   <none>           <none>
          """))
  }

  @Test("A pod that is being deleted is Terminating until it has finished") func terminatingPod() throws {
    let going = try object(pod).with(#"{"metadata": {"deletionTimestamp": "\#(ago(5))"}}"#)
    #expect(table(.pod, [going]).contains("web-1   1/1     Terminating   0"))
    #expect(table(.pod, [try going.with(#"{"status": {"phase": "Succeeded"}}"#)]).contains("   Succeeded   "))
  }

  @Test("A waiting container's reason stands for the phase, restarts tell when") func podContainers() throws {
    let crashing = try object(pod).with(
      """
      {"status": {"containerStatuses": [{"name": "c", "ready": false, "restartCount": 3,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"finishedAt": "\(ago(42))"}}}]}}
      """)
    #expect(
      table(.pod, [crashing])
        == lines(
          """
          NAME    READY   STATUS             RESTARTS      AGE
          web-1   0/1     CrashLoopBackOff   3 (42s ago)   61s
          """))
  }

  @Test("Deployments and stateful sets count their pods") func workloads() throws {
    let spec = """
      "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
       "template": {"spec": {"containers": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y"}]}}},
      "status": {"readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 2}}
      """
    let deployment = try object(
      #"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"}, "#
        + spec, age: 7200)
    #expect(
      table(.deployment, [deployment]) { $0.isWide = true }
        == lines(
          """
          NAME   READY   UP-TO-DATE   AVAILABLE   AGE    CONTAINERS   IMAGES   SELECTOR
          web    2/3     3            2           120m   a,b          x:1,y    app=web
          """))
    let set = try object(
      #"{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "namespace": "default"}, "# + spec)
    #expect(
      table(.statefulSet, [set])
        == lines(
          """
          NAME   READY   AGE
          db     2/3     61s
          """))
  }

  @Test("Namespaces, nodes and attribute classes have their columns") func hostKinds() throws {
    let namespace = try object(
      #"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}, "status": {"phase": "Active"}}"#)
    #expect(table(.namespace, [namespace]) == lines("NAME     STATUS   AGE\nteam-a   Active   61s"))
    let node = try object(
      """
      {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "host", "labels": {"node-role.kubernetes.io/store": ""}},
       "status": {"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"kubeletVersion": "v0.1.0"}}}
      """)
    #expect(
      table(.node, [node])
        == lines("NAME   STATUS   ROLES   AGE   VERSION\nhost   Ready    store   61s   v0.1.0"))
    let attributes = try object(
      """
      {"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttributesClass", "metadata": {"name": "gold"},
       "driverName": "orlop.io"}
      """)
    #expect(
      table(.volumeAttributesClass, [attributes])
        == lines("NAME   DRIVERNAME   AGE\ngold   orlop.io     61s"))
  }

  @Test("Events print when they were last seen (EV30)") func events() throws {
    let event = try object(
      """
      {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "c.1", "namespace": "default"}, "type": "Normal",
       "reason": "FailedBinding", "message": " no volumes\\nat all ", "count": 3,
       "involvedObject": {"kind": "PersistentVolumeClaim", "name": "c"}, "source": {"component": "binder"},
       "firstTimestamp": "\(ago(51))", "lastTimestamp": "\(ago(11))"}
      """)
    #expect(
      table(.event, [event])
        == lines(
          """
          LAST SEEN   TYPE     REASON          OBJECT                    MESSAGE
          11s         Normal   FailedBinding   persistentvolumeclaim/c   no volumes...
          """))
    #expect(
      table(.event, [event]) { $0.isWide = true }.hasPrefix(
        "LAST SEEN   TYPE     REASON          OBJECT                    SUBOBJECT   SOURCE   MESSAGE         FIRST SEEN   COUNT   NAME\n"
      ))
  }
}

@Suite struct TableOptionTests {
  private let claims = ["a", "b"].map { name in
    Resource(json: [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": ["phase": "Pending"],
      "metadata": [
        "name": .string(name), "namespace": .string("team-" + name), "labels": ["tier": "db", "app": .string(name)],
      ],
    ])
  }

  @Test("All namespaces put NAMESPACE first, for kinds that have one") func namespaces() throws {
    let text = table(.persistentVolumeClaim, claims) { $0.showsNamespace = true }
    #expect(text.hasPrefix("NAMESPACE   NAME   STATUS"))
    #expect(text.contains("\nteam-b      b      Pending"))
    let volumes = table(.persistentVolume, [try volume("v", "1Gi", phase: "Available", spec: "{}")]) {
      $0.showsNamespace = true
    }
    #expect(volumes.hasPrefix("NAME   CAPACITY"))
  }

  @Test("Mixed output names the kind with its group") func kinds() throws {
    let text = table(.storageClass, [try storageClass("thin", "{}")]) { $0.showsKind = true }
    #expect(text.contains("\nstorageclass.storage.k8s.io/thin   "))
  }

  @Test("Without headings they widen no column, and columns are at least six wide") func headings() throws {
    let pod = try object(
      #"{"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{}]}, "status": {"phase": "Running"}}"#)
    #expect(table(.pod, [pod]) { $0.showsHeadings = false } == "p     0/1   Running   0     61s\n")
  }

  @Test("Labels come last, sorted") func labels() throws {
    let text = table(.persistentVolumeClaim, claims) { $0.showsLabels = true }
    #expect(text.contains("AGE         LABELS\n"))
    #expect(text.contains("<unknown>   app=a,tier=db\n"))
  }

  @Test("A watch's rows continue the table without headings") func watch() throws {
    var printer = TablePrinter(.persistentVolumeClaim)
    let first = printer.print([try claim("a-long-name-of-a-claim")], now: now)
    let second = printer.print([try claim("b")], now: now)
    #expect(second.hasPrefix("b                        Pending"))
    #expect(second.count == first.split(separator: "\n")[1].count + 1)
  }

  @Test("Characters that command a terminal are shown, not sent") func escapes() throws {
    let hostile = try claim("a", spec: #"{"volumeName": "\u001b[2Jgone\tx\nsecond"}"#)
    #expect(table(.persistentVolumeClaim, [hostile]).contains("   ^[[2Jgone x...   "))
  }
}
