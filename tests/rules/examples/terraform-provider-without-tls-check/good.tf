provider "kubernetes" {
  host                   = var.cluster
  token                  = var.token
  cluster_ca_certificate = base64decode(var.authority)
}
