resource "aws_db_instance" "orders" {
  engine              = "postgres"
  instance_class      = "db.t4g.small"
  publicly_accessible = false
}
