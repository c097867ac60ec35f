resource "azurerm_linux_virtual_machine" "web" {
  name                            = "web"
  admin_username                  = "web"
  disable_password_authentication = true
}
