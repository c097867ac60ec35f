resource "aws_ssm_parameter" "password" {
  name  = "/shop/database/password"
  type  = "SecureString"
  value = var.password
}

resource "aws_ssm_parameter" "host" {
  name  = "/shop/database/host"
  type  = "String"
  value = aws_db_instance.shop.address
}
