from aws_cdk import aws_ec2 as ec2

group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
group.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(22), "shell")  # expect: python-cdk-open-admin-port
group.add_ingress_rule(peer=ec2.Peer.any_ipv6(), connection=ec2.Port.tcp(3389))  # expect: python-cdk-open-admin-port
