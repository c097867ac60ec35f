resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id       = "sessions"
  at_rest_encryption_enabled = false # expect: terraform-unencrypted-cluster-data
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  encrypt_at_rest {
    enabled = false # expect: terraform-unencrypted-cluster-data
  }
}
