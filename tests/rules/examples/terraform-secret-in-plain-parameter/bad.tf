resource "aws_ssm_parameter" "password" {
  name  = "/shop/database/password"
  type  = "String" # expect: terraform-secret-in-plain-parameter
  value = var.password
}
