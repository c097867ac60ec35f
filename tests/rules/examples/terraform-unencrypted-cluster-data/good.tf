resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id       = "sessions"
  at_rest_encryption_enabled = true
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  encrypt_at_rest {
    enabled = true
  }
}
