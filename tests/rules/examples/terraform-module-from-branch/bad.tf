module "network" {
  source = "git::https://git.example.org/network.git" # expect: terraform-module-from-branch
}

module "cluster" {
  source = "github.com/example/cluster?ref=main" # expect: terraform-module-from-branch
}
