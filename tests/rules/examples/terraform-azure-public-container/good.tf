resource "azurerm_storage_container" "files" {
  name                  = "files"
  container_access_type = "private"
}
