resource "aws_security_group" "data" {
  # expect-next: terraform-open-database-port
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
