resource "google_sql_database_instance" "shop" {
  settings {
    ip_configuration {
      authorized_networks {
        name  = "all"
        value = "0.0.0.0/0" # expect: terraform-google-open-database
      }
    }
  }
}
