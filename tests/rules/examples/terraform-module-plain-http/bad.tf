module "network" {
  source = "git::http://git.example.org/network.git?ref=v1.2.0" # expect: terraform-module-plain-http
}
