resource "kubernetes_pod" "agent" {
  spec {
    host_network = false
  }
}
