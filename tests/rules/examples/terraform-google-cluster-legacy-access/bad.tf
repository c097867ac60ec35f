resource "google_container_cluster" "shop" {
  name               = "shop"
  enable_legacy_abac = true # expect: terraform-google-cluster-legacy-access
}
