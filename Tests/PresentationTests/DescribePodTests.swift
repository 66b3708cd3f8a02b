// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

private func logger(phase: String, type: String) throws -> Resource {
  try object(
    """
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "logger", "namespace": "default"},
     "status": {"phase": "\(phase)"},
     "spec": {"nodeName": "node1",
              "containers": [{"name": "c", "image": "busybox", "volumeMounts": [{"name": "logs", "mountPath": "/var/log/app"}]}],
              "volumes": [{"name": "logs", "hostPath": {"path": "/var/log/apps", "type": "\(type)"}}]}}
    """)
}

@Suite struct DescribePodTests {
  @Test("A pod of another namespace does not find the claim (O5)") func readerPod() throws {
    let reader = try object(
      """
      {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "reader", "namespace": "team-b"}, "status": {"phase": "Pending"},
       "spec": {"containers": [{"name": "c", "image": "busybox", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "shared"}}]}}
      """)
    let event = try event(
      of: reader, "Warning", "FailedScheduling", from: "default-scheduler", first: 50,
      #"0/1 nodes are available: persistentvolumeclaim "shared" not found. not found"#)
    #expect(
      describe(reader, events: [event])
        == lines(
          """
          Name:         reader
          Namespace:    team-b
          Node:         <none>
          Labels:       <none>
          Annotations:  <none>
          Status:       Pending
          IP:
          IPs:          <none>
          Containers:
            c:
              Image:        busybox
              Port:         <none>
              Host Port:    <none>
              Environment:  <none>
              Mounts:
                /data from data (rw)
          Volumes:
            data:
              Type:        PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
              ClaimName:   shared
              ReadOnly:    false
          QoS Class:       BestEffort
          Node-Selectors:  <none>
          Tolerations:     <none>
          Events:
            Type     Reason            Age   From               Message
            ----     ------            ----  ----               -------
            Warning  FailedScheduling  50s   default-scheduler  0/1 nodes are available: persistentvolumeclaim "shared" not found. not found
          """))
  }

  @Test("A pod with a directory of its host tells path and type (M13)") func loggerPod() throws {
    let logger = try logger(phase: "Running", type: "DirectoryOrCreate")
    #expect(
      describe(logger)
        == lines(
          """
          Name:         logger
          Namespace:    default
          Node:         node1/
          Labels:       <none>
          Annotations:  <none>
          Status:       Running
          IP:
          IPs:          <none>
          Containers:
            c:
              Image:        busybox
              Port:         <none>
              Host Port:    <none>
              Environment:  <none>
              Mounts:
                /var/log/app from logs (rw)
          Volumes:
            logs:
              Type:          HostPath (bare host directory volume)
              Path:          /var/log/apps
              HostPathType:  DirectoryOrCreate
          QoS Class:         BestEffort
          Node-Selectors:    <none>
          Tolerations:       <none>
          Events:            <none>
          """))
  }

  @Test("A pod whose directory is missing warns (M13, EV25)") func failingPod() throws {
    let logger = try logger(phase: "Pending", type: "Directory")
    let event = try event(
      of: logger, "Warning", "FailedMount", from: "kubelet", first: 12, last: 12, count: 5,
      #"MountVolume.SetUp failed for volume "logs" : hostPath type check failed: /var/log/apps is not a directory"#)
    #expect(
      describe(logger, events: [event])
        == lines(
          """
          Name:         logger
          Namespace:    default
          Node:         node1/
          Labels:       <none>
          Annotations:  <none>
          Status:       Pending
          IP:
          IPs:          <none>
          Containers:
            c:
              Image:        busybox
              Port:         <none>
              Host Port:    <none>
              Environment:  <none>
              Mounts:
                /var/log/app from logs (rw)
          Volumes:
            logs:
              Type:          HostPath (bare host directory volume)
              Path:          /var/log/apps
              HostPathType:  Directory
          QoS Class:         BestEffort
          Node-Selectors:    <none>
          Tolerations:       <none>
          Events:
            Type     Reason       Age                From     Message
            ----     ------       ----               ----     -------
            Warning  FailedMount  12s (x5 over 12s)  kubelet  MountVolume.SetUp failed for volume "logs" : hostPath type check failed: /var/log/apps is not a directory
          """))
  }
}
