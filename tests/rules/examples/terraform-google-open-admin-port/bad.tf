# expect-next: terraform-google-open-admin-port
resource "google_compute_firewall" "shell" {
  name          = "shell"
  network       = google_compute_network.web.name
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
