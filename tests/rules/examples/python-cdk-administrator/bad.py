from aws_cdk import aws_iam as iam

role.add_managed_policy(
    iam.ManagedPolicy.from_aws_managed_policy_name("AdministratorAccess"),  # expect: python-cdk-administrator
)
