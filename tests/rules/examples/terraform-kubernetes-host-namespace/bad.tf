resource "kubernetes_pod" "agent" {
  spec {
    host_network = true # expect: terraform-kubernetes-host-namespace
  }
}
