resource "aws_ebs_volume" "data" {
  availability_zone = "eu-central-1a"
  size              = 40
  encrypted         = false # expect: terraform-unencrypted-volume
}

resource "aws_instance" "web" {
  ami = var.image
  root_block_device {
    encrypted = false # expect: terraform-unencrypted-volume
  }
}
