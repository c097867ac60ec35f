resource "aws_eks_cluster" "shop" {
  name = "shop"
  # expect-next: terraform-eks-public-endpoint
  vpc_config {
    subnet_ids             = var.subnets
    endpoint_public_access = true
  }
}

resource "aws_eks_cluster" "tools" {
  name = "tools"
  vpc_config {
    subnet_ids             = var.subnets
    endpoint_public_access = true
    public_access_cidrs    = ["0.0.0.0/0"] # expect: terraform-eks-public-endpoint
  }
}
