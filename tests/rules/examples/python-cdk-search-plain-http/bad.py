from aws_cdk import aws_opensearchservice as opensearch

search = opensearch.Domain(stack, "Search", version=version, enforce_https=False)  # expect: python-cdk-search-plain-http
