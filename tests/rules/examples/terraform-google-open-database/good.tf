resource "google_sql_database_instance" "shop" {
  settings {
    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.web.id
    }
  }
}
