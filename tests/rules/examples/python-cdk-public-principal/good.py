from aws_cdk import aws_iam as iam

bucket.add_to_resource_policy(
    iam.PolicyStatement(
        actions=["s3:GetObject"],
        resources=[bucket.arn_for_objects("*")],
        principals=[iam.OrganizationPrincipal("o-123")],
    )
)
bucket.add_to_resource_policy(
    iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=["s3:*"],
        resources=[bucket.bucket_arn],
        principals=[iam.AnyPrincipal()],
    )
)
