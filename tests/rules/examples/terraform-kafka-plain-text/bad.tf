resource "aws_msk_cluster" "events" {
  cluster_name = "events"
  encryption_info {
    encryption_in_transit {
      client_broker = "TLS_PLAINTEXT" # expect: terraform-kafka-plain-text
      in_cluster    = false # expect: terraform-kafka-plain-text
    }
  }
}
