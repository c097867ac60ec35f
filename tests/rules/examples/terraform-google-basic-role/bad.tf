resource "google_project_iam_member" "build" {
  project = var.project
  role    = "roles/editor" # expect: terraform-google-basic-role
  member  = "serviceAccount:${google_service_account.build.email}"
}
