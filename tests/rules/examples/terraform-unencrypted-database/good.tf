resource "aws_rds_cluster" "orders" {
  engine            = "aurora-postgresql"
  storage_encrypted = true
}

resource "aws_rds_cluster" "chosen" {
  engine            = "aurora-postgresql"
  storage_encrypted = var.encrypted
}
