terraform {
  backend "s3" {
    bucket  = "state"
    key     = "shop"
    encrypt = true
  }
}
