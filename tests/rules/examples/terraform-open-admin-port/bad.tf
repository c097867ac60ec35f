resource "aws_security_group" "web" {
  name = "web"

  # expect-next: terraform-open-admin-port
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

# expect-next: terraform-open-admin-port
resource "aws_security_group_rule" "desktop" {
  type              = "ingress"
  security_group_id = aws_security_group.web.id
  to_port           = 3389
  from_port         = 3380
  protocol          = "tcp"
  ipv6_cidr_blocks  = ["::/0"]
}

# expect-next: terraform-open-admin-port
resource "aws_vpc_security_group_ingress_rule" "shell" {
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = "22"
  ip_protocol       = "tcp"
  to_port           = "22"
}

resource "aws_security_group" "many" {
  dynamic "ingress" {
    for_each = var.groups
    # expect-next: terraform-open-admin-port
    content {
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8", "0.0.0.0/0"]
    }
  }
}
