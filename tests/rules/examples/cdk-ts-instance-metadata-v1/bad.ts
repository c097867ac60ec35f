new ec2.Instance(this, 'Server', { vpc, instanceType, machineImage, requireImdsv2: false }); // expect: cdk-ts-instance-metadata-v1
