resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = aws_s3_bucket.audit.id
  enable_logging             = false # expect: terraform-trail-incomplete
  enable_log_file_validation = false # expect: terraform-trail-incomplete
}
