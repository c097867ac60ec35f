const options = { httpTokens: ec2.LaunchTemplateHttpTokens.REQUIRED };
