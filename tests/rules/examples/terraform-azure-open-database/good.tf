resource "azurerm_postgresql_flexible_server_firewall_rule" "office" {
  name             = "office"
  server_id        = azurerm_postgresql_flexible_server.shop.id
  start_ip_address = var.office_address
  end_ip_address   = var.office_address
}
