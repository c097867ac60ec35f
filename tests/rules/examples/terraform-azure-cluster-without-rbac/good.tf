resource "azurerm_kubernetes_cluster" "shop" {
  name                              = "shop"
  role_based_access_control_enabled = true
}
