resource "aws_transfer_server" "files" {
  identity_provider_type = "SERVICE_MANAGED"
  protocols              = ["SFTP"]
}
