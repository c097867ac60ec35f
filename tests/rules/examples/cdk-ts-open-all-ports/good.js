service.connections.allowFromAnyIpv4(ec2.Port.tcp(443));
