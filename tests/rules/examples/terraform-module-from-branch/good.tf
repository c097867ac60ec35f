module "network" {
  source = "git::https://git.example.org/network.git?ref=v1.2.0"
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.8.1"
}

module "local" {
  source = "./modules/local"
}
