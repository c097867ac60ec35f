from aws_cdk import aws_opensearchservice as opensearch

search = opensearch.Domain(stack, "Search", version=version, enforce_https=True, node_to_node_encryption=True)
