const volume = ec2.BlockDeviceVolume.ebs(100, { encrypted: false }); // expect: cdk-ts-unencrypted-storage
