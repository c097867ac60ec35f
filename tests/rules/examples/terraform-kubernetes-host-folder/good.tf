resource "kubernetes_pod" "builder" {
  spec {
    volume {
      name = "logs"
      host_path {
        path = "/var/log/builder"
      }
    }
  }
}
