resource "google_sql_database_instance" "shop" {
  settings {
    ip_configuration {
      ssl_mode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED" # expect: terraform-google-database-without-tls
    }
  }
}
