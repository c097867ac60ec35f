import boto3

client = boto3.client("ec2")
client.authorize_security_group_ingress(GroupId="g", IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")  # expect: python-aws-open-security-group
client.authorize_security_group_ingress(
    GroupId="g",
    IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},  # expect: python-aws-open-security-group
    ],
)
