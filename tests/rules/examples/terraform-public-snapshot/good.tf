resource "aws_ami_launch_permission" "image" {
  image_id   = aws_ami.base.id
  account_id = var.build_account
}
