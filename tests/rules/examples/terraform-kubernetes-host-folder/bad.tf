resource "kubernetes_pod" "builder" {
  spec {
    volume {
      name = "docker"
      host_path {
        path = "/var/run/docker.sock" # expect: terraform-kubernetes-host-folder
      }
    }
  }
}
