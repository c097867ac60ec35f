module "network" {
  source = "git::https://git.example.org/network.git?ref=v1.2.0"
}
