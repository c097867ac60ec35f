from aws_cdk import aws_ec2 as ec2

group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
group.add_ingress_rule(ec2.Peer.ipv4("10.1.0.0/16"), ec2.Port.tcp(22), "shell")
group.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443))
