resource "azurerm_storage_account" "files" {
  name            = "files"
  min_tls_version = "TLS1_0" # expect: terraform-azure-old-tls
}
