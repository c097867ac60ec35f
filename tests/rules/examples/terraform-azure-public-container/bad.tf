resource "azurerm_storage_container" "files" {
  name                  = "files"
  container_access_type = "blob" # expect: terraform-azure-public-container
}
