resource "azurerm_kubernetes_cluster" "shop" {
  name                              = "shop"
  role_based_access_control_enabled = false # expect: terraform-azure-cluster-without-rbac
}
