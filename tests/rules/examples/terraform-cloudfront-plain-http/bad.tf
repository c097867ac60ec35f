resource "aws_cloudfront_distribution" "site" {
  default_cache_behavior {
    target_origin_id       = "site"
    viewer_protocol_policy = "allow-all" # expect: terraform-cloudfront-plain-http
  }
}
