const volume = ec2.BlockDeviceVolume.ebs(100, { encrypted: true });
