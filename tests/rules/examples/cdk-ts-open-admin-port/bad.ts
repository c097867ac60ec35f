import * as ec2 from 'aws-cdk-lib/aws-ec2';

const group = new ec2.SecurityGroup(this, 'Group', { vpc });
group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(22), 'ssh'); // expect: cdk-ts-open-admin-port
instance.connections.allowFromAnyIpv4(ec2.Port.tcp(3389)); // expect: cdk-ts-open-admin-port
