resource "aws_eks_cluster" "shop" {
  name = "shop"
  vpc_config {
    subnet_ids              = var.subnets
    endpoint_private_access = true
    endpoint_public_access  = true
    public_access_cidrs     = [var.office_cidr]
  }
}

resource "aws_eks_cluster" "tools" {
  name = "tools"
  vpc_config {
    subnet_ids              = var.subnets
    endpoint_private_access = true
    endpoint_public_access  = false
  }
}
