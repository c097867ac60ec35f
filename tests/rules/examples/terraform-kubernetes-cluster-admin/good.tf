resource "kubernetes_role_binding" "deploy" {
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Role"
    name      = "deploy"
  }
}
