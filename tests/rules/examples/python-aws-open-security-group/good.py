import boto3

client = boto3.client("ec2")
client.authorize_security_group_ingress(GroupId="g", IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="0.0.0.0/0")
client.authorize_security_group_ingress(GroupId="g", IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="10.0.0.0/8")
client.authorize_security_group_ingress(
    GroupId="g",
    IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": "h"}]}],
)
