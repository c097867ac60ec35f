const options = { httpTokens: ec2.LaunchTemplateHttpTokens.OPTIONAL }; // expect: cdk-ts-instance-metadata-v1
