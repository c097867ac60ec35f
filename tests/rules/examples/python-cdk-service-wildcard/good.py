from aws_cdk import aws_iam as iam

role.add_to_policy(iam.PolicyStatement(actions=["dynamodb:*"], resources=[table.table_arn]))
role.add_to_policy(iam.PolicyStatement(actions=["ec2:DescribeInstances"], resources=["*"]))
