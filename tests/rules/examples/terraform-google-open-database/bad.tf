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

module "database" {
  source  = "GoogleCloudPlatform/sql-db/google//modules/mysql"
  version = "25.2.2"
  ip_configuration = {
    # expect-next: terraform-google-open-database
    authorized_networks = [{ name = "all", value = "0.0.0.0/0" }]
  }
}
