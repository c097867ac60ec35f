import * as ec2 from 'aws-cdk-lib/aws-ec2';

const group = new ec2.SecurityGroup(this, 'Group', { vpc });
group.addIngressRule(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(22), 'ssh');
group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));
