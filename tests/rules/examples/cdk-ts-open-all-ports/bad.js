service.connections.allowFromAnyIpv4(ec2.Port.allTcp()); // expect: cdk-ts-open-all-ports
