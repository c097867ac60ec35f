new ec2.Instance(this, 'Server', { vpc, instanceType, machineImage, requireImdsv2: true });
