from aws_cdk import aws_eks as eks

cluster = eks.Cluster(stack, "Shop", version=version, endpoint_access=eks.EndpointAccess.PUBLIC)  # expect: python-cdk-eks-public-endpoint
