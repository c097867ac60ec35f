terraform {
  backend "s3" {
    bucket  = "state"
    key     = "shop"
    encrypt = false # expect: terraform-state-unencrypted
  }
}
