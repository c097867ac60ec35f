group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(5432)); // expect: cdk-ts-open-database-port
