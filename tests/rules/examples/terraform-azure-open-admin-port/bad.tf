# expect-next: terraform-azure-open-admin-port
resource "azurerm_network_security_rule" "desktop" {
  name                       = "desktop"
  priority                   = 100
  direction                  = "Inbound"
  access                     = "Allow"
  protocol                   = "Tcp"
  source_port_range          = "*"
  destination_port_range     = "3389"
  source_address_prefix      = "*"
  destination_address_prefix = "*"
}
