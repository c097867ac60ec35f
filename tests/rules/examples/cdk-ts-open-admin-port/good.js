const { Peer, Port } = require('aws-cdk-lib/aws-ec2');

group.addIngressRule(Peer.anyIpv6(), Port.tcp(443));
