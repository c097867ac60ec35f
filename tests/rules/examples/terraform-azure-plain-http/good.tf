resource "azurerm_storage_account" "files" {
  name                       = "files"
  https_traffic_only_enabled = true
}
