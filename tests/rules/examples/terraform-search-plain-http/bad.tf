resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  node_to_node_encryption {
    enabled = false # expect: terraform-search-plain-http
  }
  domain_endpoint_options {
    enforce_https = false # expect: terraform-search-plain-http
  }
}
