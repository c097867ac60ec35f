resource "aws_ami_launch_permission" "image" {
  image_id = aws_ami.base.id
  group    = "all" # expect: terraform-public-snapshot
}
