from aws_cdk import aws_cloudfront as cloudfront

behaviour = cloudfront.BehaviorOptions(
    origin=origin,
    viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.ALLOW_ALL,  # expect: python-cdk-cloudfront-plain-http
)
