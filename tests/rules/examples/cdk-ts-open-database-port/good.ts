database.connections.allowFrom(service, ec2.Port.tcp(5432));
