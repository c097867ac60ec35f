from aws_cdk import aws_eks as eks

cluster = eks.Cluster(stack, "Shop", version=version, endpoint_access=eks.EndpointAccess.PRIVATE)
other = eks.Cluster(stack, "Other", version=version, endpoint_access=eks.EndpointAccess.PUBLIC_AND_PRIVATE.only_from("192.0.2.0/24"))
