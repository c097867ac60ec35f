resource "kubernetes_cluster_role_binding" "deploy" {
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "cluster-admin" # expect: terraform-kubernetes-cluster-admin
  }
}
