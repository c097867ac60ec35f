from aws_cdk import aws_cloudfront as cloudfront

site = cloudfront.Distribution(
    stack,
    "Site",
    default_behavior=behaviour,
    minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
)
