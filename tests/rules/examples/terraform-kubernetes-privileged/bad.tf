resource "kubernetes_pod" "agent" {
  spec {
    container {
      name  = "agent"
      image = "agent:1"
      security_context {
        privileged = true # expect: terraform-kubernetes-privileged
      }
    }
  }
}
