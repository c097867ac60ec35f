resource "azurerm_storage_account" "files" {
  name                       = "files"
  https_traffic_only_enabled = false # expect: terraform-azure-plain-http
}

resource "azurerm_redis_cache" "sessions" {
  name                 = "sessions"
  non_ssl_port_enabled = true # expect: terraform-azure-plain-http
}
