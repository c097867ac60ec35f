group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.allTraffic()); // expect: cdk-ts-open-all-ports
