from aws_cdk import aws_ec2 as ec2

group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
group.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443))
group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.all_traffic())
