resource "aws_instance" "web" {
  ami           = var.image
  instance_type = "t4g.small"
  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}
