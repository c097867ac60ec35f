from aws_cdk import aws_ec2 as ec2

group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
group.add_ingress_rule(application, ec2.Port.tcp(5432))
database.connections.allow_default_port_from(service)
