// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

private let template = """
  {"metadata": {"labels": {"app": "web"}},
   "spec": {"containers": [
     {"name": "c", "image": "busybox", "command": ["sh", "-c", "a\\nb"], "ports": [{"containerPort": 80, "name": "http"}],
      "resources": {"limits": {"memory": "64Mi"}},
      "livenessProbe": {"httpGet": {"path": "/live", "port": 80}},
      "env": [{"name": "MODE", "value": "x"}, {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
              {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
      "volumeMounts": [{"name": "data", "mountPath": "/z", "readOnly": true}, {"name": "data", "mountPath": "/a", "subPath": "s"}]}],
    "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "c", "readOnly": true}}, {"name": "tmp", "emptyDir": {}}]}}
  """

@Suite struct DescribeOtherTests {
  @Test("A deployment tells its pods' template") func deployment() throws {
    let web = try object(
      """
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"},
       "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": \(template)},
       "status": {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 1, "unavailableReplicas": 1,
                  "conditions": [{"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable"}]}}
      """, age: 0)
    #expect(
      describe(web)
        == lines(
          """
          Name:                   web
          Namespace:              default
          CreationTimestamp:      Tue, 14 Nov 2023 22:13:20 +0000
          Labels:                 <none>
          Annotations:            <none>
          Selector:               app=web
          Replicas:               2 desired | 2 updated | 2 total | 1 available | 1 unavailable
          StrategyType:           RollingUpdate
          MinReadySeconds:        0
          RollingUpdateStrategy:  25% max unavailable, 25% max surge
          Pod Template:
            Labels:  app=web
            Containers:
             c:
              Image:      busybox
              Port:       80/TCP (http)
              Host Port:  0/TCP (http)
              Command:
                sh
                -c
                a
                b
              Limits:
                memory:  64Mi
              Liveness:  http-get http://:80/live delay=0s timeout=1s period=10s #success=1 #failure=3
              Environment:
                MODE:  x
                POD:    (v1:metadata.name)
                KEY:   <set to the key 'k' in secret 's'>  Optional: false
              Mounts:
                /a from data (rw,path="s")
                /z from data (ro)
            Volumes:
             data:
              Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
              ClaimName:  c
              ReadOnly:   true
             tmp:
              Type:          EmptyDir (a temporary directory that shares a pod's lifetime)
              Medium:
              SizeLimit:     <unset>
            Node-Selectors:  <none>
            Tolerations:     <none>
          Conditions:
            Type        Status  Reason
            ----        ------  ------
            Available   False   MinimumReplicasUnavailable
          Events:       <none>
          """))
  }

  @Test("A stateful set tells its claims and counts its own pods (SS2)") func statefulSet() throws {
    let set = try object(
      """
      {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "namespace": "default", "uid": "u1"},
       "spec": {"selector": {"matchLabels": {"app": "db"}, "matchExpressions": [{"key": "tier", "operator": "In", "values": ["b", "a"]}]},
        "template": {"metadata": {}, "spec": {"containers": []}},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
          "storageClassName": "thin", "resources": {"requests": {"storage": "1Gi"}}}}]},
       "status": {"replicas": 1}}
      """, age: 0)
    let pod = try user("db-0", of: "data-db-0").with(
      """
      {"metadata": {"ownerReferences": [{"kind": "StatefulSet", "name": "db", "uid": "u1", "controller": true}]},
       "status": {"phase": "Running"}}
      """)
    #expect(
      describe(set, pods: [pod, try user("stranger", of: "x").with(#"{"status": {"phase": "Running"}}"#)])
        == lines(
          """
          Name:               db
          Namespace:          default
          CreationTimestamp:  Tue, 14 Nov 2023 22:13:20 +0000
          Selector:           app=db,tier in (a,b)
          Labels:             <none>
          Annotations:        <none>
          Replicas:           1 desired | 1 total
          Update Strategy:    RollingUpdate
          Pods Status:        1 Running / 0 Waiting / 0 Succeeded / 0 Failed
          Pod Template:
            Labels:  <none>
            Containers: <none>
            Volumes:         <none>
            Node-Selectors:  <none>
            Tolerations:     <none>
          Volume Claims:
            Name:          data
            StorageClass:  thin
            Labels:        <none>
            Annotations:   <none>
            Capacity:      1Gi
            Access Modes:  [ReadWriteOnce]
          Events:          <none>
          """))
  }

  @Test("A namespace has no quotas and no events section") func namespace() throws {
    let namespace = try object(
      """
      {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a", "labels": {"a": "1", "b": "2"}},
       "status": {"phase": "Active"}}
      """)
    #expect(
      describe(namespace)
        == lines(
          """
          Name:         team-a
          Labels:       a=1
                        b=2
          Annotations:  <none>
          Status:       Active

          No resource quota.

          No LimitRange resource.
          """))
  }

  @Test("A node tells its conditions, its host and its pods") func node() throws {
    let node = try object(
      """
      {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node1"},
       "spec": {"taints": [{"key": "b", "effect": "NoSchedule"}]},
       "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Up", "message": "ready",
                    "lastHeartbeatTime": "2023-11-14T22:13:20Z", "lastTransitionTime": "2023-11-14T22:13:20Z"}],
                  "addresses": [{"type": "Hostname", "address": "node1"}], "nodeInfo": {"osImage": "Debian 12"}}}
      """, age: 0)
    let pod = try user("web", of: "c").with(#"{"spec": {"nodeName": "node1"}}"#)
    let text = describe(node, pods: [pod])
    #expect(text.contains("Taints:             b:NoSchedule\nUnschedulable:      false\nConditions:\n"))
    #expect(
      text.contains(
        "  Ready   True    Tue, 14 Nov 2023 22:13:20 +0000   Tue, 14 Nov 2023 22:13:20 +0000   Up      ready\n"))
    #expect(text.contains("  OS Image:                   Debian 12\n"))
    #expect(text.contains("Non-terminated Pods:          (1 in total)\n  Namespace                   Name  Age\n"))
    #expect(text.contains("  default                     web   61s\n"))
  }

  @Test("An event is described field by field") func event() throws {
    let told = try PresentationTests.event(
      of: try claim("c"), "Normal", "FailedBinding", from: "binder", first: 51, "no volume")
    #expect(
      describe(told).hasPrefix(
        lines(
          """
          Name:             c.FailedBinding
          Namespace:
          Labels:           <none>
          Annotations:      <none>
          API Version:      v1
          Count:            1
          First Timestamp:  2023-11-14T22:12:29Z
          Involved Object:
            Kind:          PersistentVolumeClaim
            Name:          c
            Namespace:     default
          Kind:            Event
          """)))
  }

  @Test("Events of one second are told in the order in which the store heard of them (EV30)") func eventOrder() throws {
    let object = try claim("c")
    let events = try [("last", "30"), ("first", "9"), ("second", "10")].map { name, version in
      try PresentationTests.event(of: object, "Normal", name, from: "x", first: 5, name)
        .with(#"{"metadata": {"resourceVersion": "\#(version)"}}"#)
    }
    #expect(EventOrder.about(object, in: events).map { $0.json.string("reason") } == ["first", "second", "last"])
    let namesake = try object.with(#"{"metadata": {"uid": "new"}}"#)
    let old = try events[0].with(#"{"involvedObject": {"uid": "old"}}"#)
    #expect(EventOrder.about(namesake, in: [old]).isEmpty)
  }

  @Test("Reasons come last, and only when there are any") func why() throws {
    let pending = try claim("c")
    #expect(!describe(pending).contains("Why:"))
    let text = describe(
      pending, why: ["volume pv-a: capacity 1Gi is less than 2Gi (B7)", "volume pv-b: is bound (B4)"])
    #expect(
      text.hasSuffix(
        "Events:        <none>\nWhy:\n  volume pv-a: capacity 1Gi is less than 2Gi (B7)\n  volume pv-b: is bound (B4)\n"
      ))
  }

  @Test("The manifest that apply remembers is hidden, except in a class") func lastApplied() throws {
    let annotated =
      #"{"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"}}}"#
    #expect(describe(try claim("c").with(annotated)).contains("Annotations:   a: b\nFinalizers:"))
    #expect(
      describe(try storageClass("s", annotated)).contains(
        "Annotations:           a=b,kubectl.kubernetes.io/last-applied-configuration={}\n"))
  }

  @Test("Long and many-lined annotations stand under their keys") func annotations() throws {
    let long = String(repeating: "x", count: 200)
    let text = describe(try claim("c").with(#"{"metadata": {"annotations": {"k": "\#(long)", "l": "1\n2\n"}}}"#))
    #expect(text.contains("Annotations:   k:\n                 " + String(repeating: "x", count: 138) + "...\n"))
    #expect(text.contains("               l:\n                 1\n                 2\n"))
  }

  @Test("Volume sources that Orlop does not know are told field by field (O7)") func otherSource() throws {
    let iscsi = try volume(
      "v", "1Gi", phase: "Available", spec: #"{"iscsi": {"targetPortal": "h:1", "iqn": "q", "lun": 0}}"#)
    #expect(
      describe(iscsi).contains(
        "Source:\n    Type:           Iscsi\n    Iqn:            q\n    Lun:            0\n    Target Portal:  h:1\nEvents:"
      ))
    #expect(describe(try volume("v", "1Gi", phase: "Available", spec: "{}")).contains("Source:\n  <unknown>\n"))
  }

  @Test("Data sources and conditions of claims are told (O5)") func claimExtras() throws {
    let cloned = try claim("c").with(
      """
      {"spec": {"dataSource": {"kind": "PersistentVolumeClaim", "name": "old"}},
       "status": {"conditions": [{"type": "Resizing", "status": "True", "lastTransitionTime": "2023-11-14T22:13:20Z"}]}}
      """)
    let text = describe(cloned)
    #expect(
      text.contains("DataSource:\n  Kind:   PersistentVolumeClaim\n  Name:   old\nUsed By:  <none>\nConditions:\n"))
    #expect(text.contains("  Type       Status  LastProbeTime                     LastTransitionTime"))
    #expect(text.contains("  Resizing   True    Mon, 01 Jan 0001 00:00:00 +0000   Tue, 14 Nov 2023 22:13:20 +0000"))
  }
}
