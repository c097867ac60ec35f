resource "google_container_cluster" "shop" {
  name               = "shop"
  enable_legacy_abac = false
}
