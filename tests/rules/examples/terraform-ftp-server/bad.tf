resource "aws_transfer_server" "files" {
  identity_provider_type = "API_GATEWAY"
  protocols              = ["SFTP", "FTP"] # expect: terraform-ftp-server
}
