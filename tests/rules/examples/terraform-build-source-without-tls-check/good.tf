resource "aws_codebuild_project" "web" {
  name = "web"
  source {
    type     = "GITHUB_ENTERPRISE"
    location = "https://git.example.org/web.git"
  }
}
