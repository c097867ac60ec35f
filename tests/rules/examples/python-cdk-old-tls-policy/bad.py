from aws_cdk import aws_cloudfront as cloudfront

site = cloudfront.Distribution(
    stack,
    "Site",
    default_behavior=behaviour,
    minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1,  # expect: python-cdk-old-tls-policy
)
