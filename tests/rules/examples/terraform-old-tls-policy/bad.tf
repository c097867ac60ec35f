resource "aws_lb_listener" "web" {
  port       = 443
  protocol   = "HTTPS"
  ssl_policy = "ELBSecurityPolicy-2016-08" # expect: terraform-old-tls-policy
}

resource "aws_cloudfront_distribution" "site" {
  viewer_certificate {
    acm_certificate_arn      = var.certificate
    minimum_protocol_version = "TLSv1" # expect: terraform-old-tls-policy
  }
}

resource "aws_api_gateway_domain_name" "api" {
  domain_name     = "api.example.org"
  security_policy = "TLS_1_0" # expect: terraform-old-tls-policy
}
