resource "azurerm_network_security_rule" "desktop" {
  name                       = "desktop"
  priority                   = 100
  direction                  = "Inbound"
  access                     = "Allow"
  protocol                   = "Tcp"
  source_port_range          = "*"
  destination_port_range     = "3389"
  source_address_prefix      = var.vpn_prefix
  destination_address_prefix = "*"
}

resource "azurerm_network_security_rule" "nothing" {
  name                       = "nothing"
  priority                   = 4096
  direction                  = "Inbound"
  access                     = "Deny"
  protocol                   = "*"
  source_port_range          = "*"
  destination_port_range     = "*"
  source_address_prefix      = "*"
  destination_address_prefix = "*"
}
