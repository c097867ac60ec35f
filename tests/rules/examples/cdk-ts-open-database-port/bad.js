cache.connections.allowFromAnyIpv4(ec2.Port.tcp(6379)); // expect: cdk-ts-open-database-port
