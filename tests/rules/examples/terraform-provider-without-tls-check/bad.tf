provider "kubernetes" {
  host     = var.cluster
  token    = var.token
  insecure = true # expect: terraform-provider-without-tls-check
}

provider "vsphere" {
  user                 = var.user
  allow_unverified_ssl = true # expect: terraform-provider-without-tls-check
}
