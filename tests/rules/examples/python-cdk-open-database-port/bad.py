from aws_cdk import aws_ec2 as ec2

group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
group.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(5432))  # expect: python-cdk-open-database-port
database.connections.allow_from_any_ipv4(ec2.Port.tcp(3306))  # expect: python-cdk-open-database-port
