from aws_cdk import aws_iam as iam

bucket.add_to_resource_policy(
    iam.PolicyStatement(  # expect: python-cdk-public-principal
        actions=["s3:GetObject"],
        resources=[bucket.arn_for_objects("*")],
        principals=[iam.AnyPrincipal()],
    )
)
