group.addIngressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.allTraffic());
group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.allTraffic());
