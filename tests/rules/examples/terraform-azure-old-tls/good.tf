resource "azurerm_storage_account" "files" {
  name            = "files"
  min_tls_version = "TLS1_2"
}
