resource "aws_mq_broker" "orders" {
  broker_name         = "orders"
  engine_type         = "RabbitMQ"
  publicly_accessible = true # expect: terraform-public-broker
}

resource "aws_msk_cluster" "events" {
  cluster_name = "events"
  broker_node_group_info {
    connectivity_info {
      public_access {
        type = "SERVICE_PROVIDED_EIPS" # expect: terraform-public-broker
      }
    }
  }
}
